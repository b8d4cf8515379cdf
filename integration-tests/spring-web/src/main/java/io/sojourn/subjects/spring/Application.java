package io.sojourn.subjects.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Started as {@code java -jar spring-web.jar --server.port=8080}. */
@SpringBootApplication
public class Application {
  /** Serves until it is ended. */
  public static void main(String[] args) {
    SpringApplication.run(Application.class, args);
  }
}
