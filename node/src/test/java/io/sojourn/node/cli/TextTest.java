package io.sojourn.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({"15s,15000", "500ms,500", "1.5m,90000", "2 min,120000", "1h,3600000"})
  void timesAreRead(String text, long millis) {
    assertThat(new Quantities.Time().convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"15", "s", "-1s", "0s", "1 day", "99999h", ""})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> new Quantities.Time().convert(text)).hasMessageContaining(text);
  }

  @ParameterizedTest
  @CsvSource({"64M,67108864", "4096,4096", "1.5k,1536", "1GiB,1073741824", "2 MB,2097152", "7B,7"})
  void sizesAreRead(String text, long bytes) {
    assertThat(new Quantities.Size().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"M", "1X", "-1", "1MM", ""})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> new Quantities.Size().convert(text)).hasMessageContaining(text);
  }

  @Test
  void quantitiesAreWritten() {
    assertThat(Units.bytes(512)).isEqualTo("512 B");
    assertThat(Units.bytes(3 << 19)).isEqualTo("1.5 MiB");
    assertThat(Units.millis(3.25)).isEqualTo("3.3 ms");
    assertThat(Units.millis(412)).isEqualTo("412 ms");
    assertThat(Units.millis(1500)).isEqualTo("1.50 s");
    assertThat(Units.ago(0, 59_000)).isEqualTo("59 s ago");
    assertThat(Units.ago(0, 3 * 86_400_000)).isEqualTo("3 d ago");
  }

  @Test
  void columnsAreAsWideAsTheirWidest() {
    assertThat(new Table("NAME", "SIZE>").row("a", "100").row("long", "1").toString())
        .isEqualTo("NAME  SIZE\na      100\nlong     1");
  }

  @Test
  void theDoctorKnowsKernels() {
    assertThat(KernelChecks.kernel("6.18.4-x", "amd64").state()).isEqualTo(Check.State.OK);
    assertThat(KernelChecks.kernel("5.10.0", "amd64").state()).isEqualTo(Check.State.OK);
    assertThat(KernelChecks.kernel("4.19.0", "amd64").state()).isEqualTo(Check.State.MISSING);
    assertThat(KernelChecks.kernel("6.1.0", "aarch64").state()).isEqualTo(Check.State.MISSING);
    assertThat(Integer.parseInt(KernelChecks.read("/proc/sys/kernel/pid_max"))).isGreaterThan(300);
    assertThat(KernelChecks.numbers("4194304").state()).isEqualTo(Check.State.OK);
    assertThat(KernelChecks.numbers("32768").state()).isEqualTo(Check.State.NOTE);
    assertThat(KernelChecks.numbers("32768").mend()).contains("kernel.pid_max");
    assertThat(KernelChecks.ptrace("3").mend()).contains("ptrace_scope");
    assertThat(KernelChecks.rights("Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000000").found())
        .contains("SYS_ADMIN");
    assertThat(KernelChecks.rights("Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff").state())
        .isEqualTo(Check.State.OK);
    assertThat(KernelChecks.rights("Uid:\t0\t0\t0\t0\nCapEff:\t000001fffeffffff").found())
        .contains("tasks of other users");
    assertThat(KernelChecks.rights("Uid:\t7\t7\t7\t7\nCapEff:\t0000000000000000").state())
        .isEqualTo(Check.State.NOTE);
  }
}
