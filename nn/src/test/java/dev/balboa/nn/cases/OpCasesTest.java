package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Op;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The registry leaves nothing out. */
final class OpCasesTest {
  @Test
  void everyOperationHasACase() {
    Set<Class<?>> covered =
        OpCases.all().stream()
            .filter(c -> !c.isFunction())
            .map(OpCase::kind)
            .collect(Collectors.toSet());
    assertThat(covered).containsExactlyInAnyOrderElementsOf(records(Op.class));
  }

  private static Set<Class<?>> records(Class<?> type) {
    if (!type.isSealed()) {
      return Set.of(type);
    }
    Set<Class<?>> all = new HashSet<>();
    for (Class<?> sub : type.getPermittedSubclasses()) {
      all.addAll(records(sub));
    }
    return all;
  }

  @Test
  void namesAreUnique() {
    assertThat(OpCases.all().stream().map(OpCase::name)).doesNotHaveDuplicates();
  }

  @Test
  void everyOperationRefusesSomething() {
    Set<Class<?>> refusing =
        OpCases.all().stream()
            .filter(c -> !c.isFunction())
            .filter(c -> c.refusals().stream().anyMatch(r -> r.inputs() != null))
            .map(OpCase::kind)
            .collect(Collectors.toSet());
    assertThat(refusing).containsExactlyInAnyOrderElementsOf(records(Op.class));
  }

  @Test
  void samplesFitTheirCases() {
    for (OpCase c : OpCases.all()) {
      List<Sample> samples = c.samples(Draw.Purpose.EQUIVALENCE, dev.balboa.nn.op.DType.F32, 1);
      assertThat(samples).as(c.name()).isNotEmpty().allMatch(s -> fits(c, s));
    }
  }

  private static boolean fits(OpCase c, Sample s) {
    return c.isFunction() ? s.isFunction() : c.kind().isInstance(s.op());
  }

  /**
   * Every public function of a class that has cases has one, which refuses something too, or it is
   * an operation that has one.
   */
  @Test
  void everyComposedFunctionHasACase() {
    Set<Class<?>> facades =
        OpCases.all().stream()
            .filter(OpCase::isFunction)
            .map(OpCase::kind)
            .collect(Collectors.toSet());
    Set<String> operations = names(c -> !c.isFunction());
    for (Class<?> facade : facades) {
      Set<String> functions =
          Arrays.stream(facade.getMethods())
              .filter(m -> m.getDeclaringClass() == facade)
              .map(m -> m.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
              .collect(Collectors.toSet());
      Set<String> cases = names(c -> c.kind() == facade && !c.refusals().isEmpty());
      assertThat(functions).as(facade.getSimpleName()).containsAll(cases);
      functions.removeAll(cases);
      assertThat(operations).as(facade.getSimpleName()).containsAll(functions);
    }
  }

  /** Without what a variant is called. */
  private static Set<String> names(Predicate<OpCase> which) {
    return OpCases.all().stream()
        .filter(which)
        .map(c -> c.name().split(" ", 2)[0])
        .collect(Collectors.toSet());
  }
}
