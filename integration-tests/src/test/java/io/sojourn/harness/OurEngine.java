package io.sojourn.harness;

import java.net.URI;
import java.util.Objects;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/** Tells Testcontainers where the engine of this run is; found by its name in META-INF. */
public final class OurEngine extends DockerClientProviderStrategy {
  @Override
  public String getDescription() {
    return "the engine of this run";
  }

  @Override
  protected boolean isApplicable() {
    return Engine.address() != null;
  }

  @Override
  protected boolean isPersistable() {
    return false;
  }

  @Override
  protected int getPriority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public TransportConfig getTransportConfig() {
    return TransportConfig.builder()
        .dockerHost(URI.create(Objects.requireNonNull(Engine.address())))
        .build();
  }
}
