package dev.balboa.nn;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Keeps the dependency direction that {@code docs/architecture.md} draws. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void layersDependDownwardsOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("user")
        .definedBy(
            "dev.balboa.nn.layer..",
            "dev.balboa.nn.model..",
            "dev.balboa.nn.optim..",
            "dev.balboa.nn.train..",
            "dev.balboa.nn.generate..",
            "dev.balboa.nn.data..",
            "dev.balboa.nn.io..",
            "dev.balboa.nn.explain..",
            "dev.balboa.nn.profile..",
            "dev.balboa.nn.quantize..")
        .layer("graph")
        .definedBy("dev.balboa.nn.graph..")
        .layer("tensor")
        .definedBy("dev.balboa.nn.tensor..")
        .layer("exec")
        .definedBy("dev.balboa.nn.exec..")
        .layer("backend")
        .definedBy("dev.balboa.nn.backend..")
        .layer("op")
        .definedBy("dev.balboa.nn.op..")
        .layer("memory")
        .definedBy("dev.balboa.nn.memory..")
        .whereLayer("user")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("graph")
        .mayOnlyBeAccessedByLayers("user")
        .whereLayer("tensor")
        .mayOnlyBeAccessedByLayers("user", "graph")
        .whereLayer("exec")
        .mayOnlyBeAccessedByLayers("user", "graph", "tensor")
        .whereLayer("backend")
        .mayOnlyBeAccessedByLayers("user", "graph", "tensor", "exec")
        .whereLayer("op")
        .mayOnlyBeAccessedByLayers("user", "graph", "tensor", "exec", "backend")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.balboa.nn.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheOneDnnBackendSeesTheBindings() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.balboa.nn.backend.onednn..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.balboa.bindings..")
        .check(CLASSES);
  }

  @Test
  void theReferenceBackendStandsAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.balboa.nn.backend.reference..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.balboa.nn.backend.onednn..")
        .check(CLASSES);
  }

  @Test
  void nativeCallsAreMadeThroughTheBindings() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Linker.class, SymbolLookup.class)
        .check(CLASSES);
  }
}
