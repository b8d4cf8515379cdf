package io.sojourn.node.cluster;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.linux.Memory;
import io.sojourn.protocol.peer.NodeFacts;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** What this node says of itself; a new revision whenever something has changed. */
final class SelfFacts {
  private final NodeFacts fixed;
  private final Credentials credentials;
  private final IntSupplier tasks;
  private @Nullable NodeFacts last;

  SelfFacts(
      String version,
      Address address,
      boolean authority,
      Credentials credentials,
      IntSupplier tasks) {
    this.fixed =
        NodeFacts.newBuilder()
            .setVersion(version)
            .setAddress(address.toString())
            .setAuthority(authority)
            .setKernel(Cpu.kernel())
            .addAllCpuFeatures(Cpu.features())
            .setMemoryBytes(Memory.totalBytes())
            .build();
    this.credentials = credentials;
    this.tasks = tasks;
  }

  synchronized NodeFacts facts() {
    NodeFacts known = last;
    NodeFacts now =
        fixed.toBuilder()
            .setCertificate(ByteString.copyFrom(Pem.encoded(credentials.certificate())))
            .setTasks(tasks.getAsInt())
            .setRevision(known == null ? 0 : known.getRevision())
            .build();
    if (known == null || !now.equals(known)) {
      long revision =
          Math.max(System.currentTimeMillis(), known == null ? 0 : known.getRevision() + 1);
      now = now.toBuilder().setRevision(revision).build();
      last = now;
    }
    return now;
  }
}
