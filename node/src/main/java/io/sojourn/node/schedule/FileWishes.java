package io.sojourn.node.schedule;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.engine.image.FileRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What users have said of files that change between an image and a restore.
 *
 * @param rules as {@link FileRules} reads them
 * @param volumes absolute directories of which everything is remembered
 * @param limitBytes how much may be copied; 0: nothing was said
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record FileWishes(List<String> rules, List<String> volumes, long limitBytes) {
  public static final FileWishes NONE = new FileWishes(List.of(), List.of(), 0);

  public FileWishes {
    rules = List.copyOf(rules);
    volumes = List.copyOf(volumes);
  }

  /**
   * What an agent's options say: {@code files=/data/*.tmp:keep,volumes=/data:/more,filesLimit=1G}.
   * The agent has told the program's user what it did not take.
   */
  public static FileWishes ofAgent(String options) {
    List<String> rules = new ArrayList<>();
    for (String rule : AgentOptions.values(options, "files"))
      try {
        FileRules.parse(List.of(rule));
        rules.add(rule);
      } catch (IllegalArgumentException notTaken) {
        // Others may be.
      }
    List<String> volumes = new ArrayList<>();
    for (String some : AgentOptions.values(options, "volumes"))
      for (String volume : some.split(":"))
        if (volume.startsWith("/")) volumes.add(Path.of(volume).normalize().toString());
    long limit = 0;
    try {
      limit = ByteSizes.parse(AgentOptions.value(options, "filesLimit", "0"));
    } catch (IllegalArgumentException notTaken) {
      // The usual one.
    }
    return new FileWishes(rules, volumes, limit);
  }

  public boolean none() {
    return equals(NONE);
  }

  /** These, and others that count more. */
  public FileWishes and(FileWishes more) {
    List<String> allRules = new ArrayList<>(rules), allVolumes = new ArrayList<>(volumes);
    allRules.addAll(more.rules);
    more.volumes.stream().filter(each -> !allVolumes.contains(each)).forEach(allVolumes::add);
    return new FileWishes(allRules, allVolumes, more.limitBytes > 0 ? more.limitBytes : limitBytes);
  }
}
