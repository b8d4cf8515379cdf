package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlaceTableTest {
  @Test
  void itKnowsWhatAMapKnows() {
    Random random = new Random(1);
    Map<ChunkId, PlaceTable.Place> map = new HashMap<>();
    PlaceTable table = new PlaceTable();
    for (int count = 0; count < 20_000; count++) {
      // Many that begin alike, and some twice.
      ChunkId id = new ChunkId(random.nextInt(50), random.nextInt(50), random.nextInt(9), 7);
      PlaceTable.Place place = new PlaceTable.Place(count, count * 3, 1 + random.nextInt(99));
      map.putIfAbsent(id, place);
      table.put(id, place.pack(), place.offset(), place.length());
    }
    assertThat(table.size()).isEqualTo(map.size());
    map.forEach((id, place) -> assertThat(table.get(id)).isEqualTo(place));
    assertThat(table.get(new ChunkId(1, 2, 3, 4))).isNull();
  }
}
