package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Machine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineCheckTest {
  private static final Machine THEN =
      Machine.newBuilder()
          .setArchitecture("amd64")
          .setKernel("6.12.3-amd64")
          .setCpuModel("Model A")
          .addAllCpuFeatures(List.of("sse4_2", "avx2", "constant_tsc"))
          .build();

  @Test
  void theSameMachineIsTaken() {
    assertThatCode(() -> MachineCheck.compare(THEN, THEN)).doesNotThrowAnyException();
  }

  @Test
  void missingInstructionsAreNamed() {
    Machine now =
        THEN.toBuilder().clearCpuFeatures().addCpuFeatures("sse4_2").setCpuModel("B").build();
    OperationException refusal = Refusals.of(() -> MachineCheck.compare(THEN, now));
    assertThat(refusal).hasMessageEndingWith("lacks: avx2").hasMessageContaining("Model A");
    assertThat(refusal.mend()).isNotEmpty();
  }

  @Test
  void otherFlagsOfAProcessorDoNotMatter() {
    Machine now =
        THEN.toBuilder().clearCpuFeatures().addAllCpuFeatures(List.of("avx2", "sse4_2")).build();
    assertThatCode(() -> MachineCheck.compare(THEN, now)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1.0", "6.11.9-custom", "5.15.0"})
  void anOlderKernelIsNamed(String kernel) {
    Machine now = THEN.toBuilder().setKernel(kernel).build();
    assertThat(Refusals.of(() -> MachineCheck.compare(THEN, now)))
        .hasMessageContaining("Linux 6.12.3-amd64")
        .hasMessageContaining(kernel);
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.12.0", "6.18.44", "7.0.0-rc1"})
  void aNewerKernelIsTaken(String kernel) {
    Machine now = THEN.toBuilder().setKernel(kernel).build();
    assertThatCode(() -> MachineCheck.compare(THEN, now)).doesNotThrowAnyException();
  }

  @Test
  void anotherArchitectureIsNamed() {
    Machine now = THEN.toBuilder().setArchitecture("aarch64").build();
    assertThat(Refusals.of(() -> MachineCheck.compare(THEN, now)))
        .hasMessageContaining("amd64")
        .hasMessageContaining("aarch64");
  }
}
