package io.sojourn.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.sojourn.node.cli.Ckpt;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of the product, and which of the others each may know. */
class WhoMayKnowWhomTest {
  /** Part to the parts it may know besides itself; what is not named here is forbidden. */
  private static final Map<String, List<String>> KNOWS =
      Map.of(
          "protocol", List.of(),
          "migrate", List.of(),
          "examples", List.of(),
          "engine", List.of("protocol"),
          "checkpointer", List.of("engine", "protocol"),
          "repository", List.of("engine", "protocol"),
          "home", List.of("engine", "protocol"),
          "restore", List.of("engine", "protocol"),
          "node",
              List.of(
                  "checkpointer",
                  "repository",
                  "home",
                  "restore",
                  "engine",
                  "protocol",
                  "migrate"));

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sojourn");

  static Stream<String> parts() {
    return KNOWS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("parts")
  void aPartKnowsOnlyWhatItMay(String part) {
    String[] allowed =
        Stream.concat(Stream.of(part), KNOWS.getOrDefault(part, List.of()).stream())
            .map(WhoMayKnowWhomTest::packageOf)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(packageOf(part))
        .should()
        .dependOnClassesThat(resideInAPackage("io.sojourn..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true)
        .check(PRODUCT);
  }

  @Test
  void everyClassBelongsToAPart() {
    String[] all = parts().map(WhoMayKnowWhomTest::packageOf).toArray(String[]::new);
    classes().should().resideInAnyPackage(all).check(PRODUCT);
  }

  /** Into a program under care comes the agent alone, and no library with it. */
  @Test
  void theAgentNeedsOnlyTheJdk() {
    classes()
        .that()
        .resideInAPackage(packageOf("migrate"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packageOf("migrate"), "java..", "org.jspecify.annotations"))
        .check(PRODUCT);
  }

  @Test
  void theEnginesPackagesHaveNoCycles() {
    slices()
        .matching("io.sojourn.engine.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(PRODUCT);
  }

  /** The daemon is built upon, by the command line and by what runs command lines inside it. */
  @Test
  void theDaemonDoesNotKnowTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("io.sojourn.node.daemon..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.sojourn.node.cli..", "io.sojourn.node.command..")
        .check(PRODUCT);
    noClasses()
        .that()
        .resideInAPackage("io.sojourn.node.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.sojourn.node.command..")
        .check(PRODUCT);
  }

  /** What the daemon runs for others, as root, must not take its own process for the caller's. */
  @Test
  void commandsForOthersAskTheSession() {
    String commands =
        Ckpt.quick().stream()
            .map(name -> name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
            .collect(Collectors.joining("|"));
    noClasses()
        .that(
            nameMatching(
                "io\\.sojourn\\.node\\.cli\\.(("
                    + commands
                    + ")Command|(Node|Operation|Checkpoint)Call"
                    + "|Commands|Failures|ImageAccount|JsonText|MessageJson|Progress|Quantities"
                    + "|SupervisionOptions|Table|Units)(\\$.*)?"))
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .accessField(System.class, "in")
        .orShould()
        .callMethod(Path.class, "toAbsolutePath")
        .orShould()
        .dependOnClassesThat(
            nameMatching(
                "java\\.nio\\.file\\.Files|java\\.io\\.(File|File(In|Out)putStream|FileReader|FileWriter|RandomAccessFile)"
                    + "|java\\.lang\\.Process.*|io\\.sojourn\\.node\\.cli\\.(Installation"
                    + "|Terminal)"))
        .check(PRODUCT);
  }

  /** Commands know the daemon, the daemon what lies between nodes; never the other way round. */
  @Test
  void theNodesPackagesHaveNoCycles() {
    slices()
        .matching("io.sojourn.node.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(PRODUCT);
  }

  private static String packageOf(String part) {
    return "io.sojourn." + part + "..";
  }
}
