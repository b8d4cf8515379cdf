package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.protocol.criu.CriuFile;
import io.sojourn.protocol.criu.CriuInetSocket;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Socket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelocationTest {
  private static final String ANY4 = "0.0.0.0", ANY6 = "::", OLD = "10.0.0.1", OTHER = "10.0.0.2";

  @TempDir Path images;

  private static Relocation relocation() throws IOException {
    return Relocation.to(InetAddress.getByName("10.0.0.3"))
        .with(Map.of("10.0.0.1:7000 10.0.0.2:40000", "10.0.0.4:40000"));
  }

  @Test
  void aManifestHasTheAddressesOfHere() throws IOException {
    Manifest then =
        Manifest.newBuilder()
            .addSockets(socket("tcp6", "LISTEN", "10.0.0.1:7000", "[0:0:0:0:0:0:0:0]:0"))
            .addSockets(socket("tcp", "ESTABLISHED", "10.0.0.1:7000", "10.0.0.2:40000"))
            .addSockets(socket("tcp", "ESTABLISHED", "10.0.0.1:7000", "10.0.0.2:50000"))
            .addSockets(socket("tcp", "ESTABLISHED", "127.0.0.1:1", "127.0.0.1:2"))
            .addSockets(socket("udp", "CLOSE", "0.0.0.0:53", "0.0.0.0:0"))
            .addSockets(socket("udp", "CLOSE", "239.1.1.1:54", "0.0.0.0:0"))
            .addSockets(socket("unix", "LISTEN", "/run/some:7", ""))
            .build();
    assertThat(relocation().of(then).getSocketsList())
        .extracting(socket -> socket.getLocal() + " " + socket.getRemote())
        .containsExactly(
            "10.0.0.3:7000 [0:0:0:0:0:0:0:0]:0",
            "10.0.0.3:7000 10.0.0.4:40000",
            "10.0.0.3:7000 10.0.0.2:50000",
            "127.0.0.1:1 127.0.0.1:2",
            "0.0.0.0:53 0.0.0.0:0",
            "239.1.1.1:54 0.0.0.0:0",
            "/run/some:7 ");
    assertThat(Relocation.NONE.of(then)).isSameAs(then);
  }

  private static Socket socket(String protocol, String state, String local, String remote) {
    return Socket.newBuilder()
        .setProtocol(protocol)
        .setState(state)
        .setLocal(local)
        .setRemote(remote)
        .build();
  }

  @Test
  void criusImageHas() throws IOException {
    write(
        socket(1, 1, false, OLD, 7000, OTHER, 40000),
        socket(2, 1, true, OLD, 7000, OTHER, 40000),
        socket(3, 10, true, ANY6, 7000, ANY6, 0),
        socket(4, 10, false, OLD, 7000, ANY4, 0),
        socket(5, 1, false, OTHER, 7000, OLD, 1));
    relocation().into(images);
    assertThat(ImageSocket.of(images))
        .extracting(one -> one.ino() + " " + one.local() + " " + one.peer())
        .containsExactly(
            "1 /10.0.0.3:7000 /10.0.0.4:40000",
            "2 /10.0.0.3:7000 /10.0.0.4:40000",
            "3 /[0:0:0:0:0:0:0:0]:7000 /[0:0:0:0:0:0:0:0]:0",
            "4 /10.0.0.3:7000 /0.0.0.0:0",
            "5 /10.0.0.3:7000 /10.0.0.1:1");
    // A socket of IPv6 remains one.
    assertThat(ImageSocket.of(images).get(1).v4Mapped()).isTrue();
    assertThat(ImageSocket.of(images).get(0).v4Mapped()).isFalse();
  }

  private static CriuFile socket(
      int ino, int state, boolean six, String local, int port, String remote, int remotePort)
      throws IOException {
    return CriuFile.newBuilder()
        .setType(4)
        .setId(ino)
        .setIsk(
            CriuInetSocket.newBuilder()
                .setIno(ino)
                .setFamily(six ? 10 : 2)
                .setProto(6)
                .setState(state)
                .setSrcPort(port)
                .addAllSrcAddr(words(local, six))
                .setDstPort(remotePort)
                .addAllDstAddr(words(remote, six)))
        .build();
  }

  private static List<Integer> words(String address, boolean six) throws IOException {
    byte[] bytes = InetAddress.getByName(address).getAddress();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length == 16)
      return List.of(words.getInt(), words.getInt(), words.getInt(), words.getInt());
    return six ? List.of(0, 0, 0xffff0000, words.getInt()) : List.of(words.getInt());
  }

  private void write(CriuFile... files) throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    image.write(new byte[8]);
    for (CriuFile file : files) {
      byte[] entry = file.toByteArray();
      image.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(entry.length).array());
      image.write(entry);
    }
    Files.write(images.resolve("files.img"), image.toByteArray());
  }
}
