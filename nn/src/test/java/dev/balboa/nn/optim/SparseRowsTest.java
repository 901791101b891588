package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RowGradient;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of the rows that were looked up, and steps that touch those rows only. */
class SparseRowsTest {
  private static final int[] IDS = {3, 1, 3, -1, 0, 3};

  private static void on(TestBackend backend, Runnable body) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      body.run();
    }
  }

  private static Parameter table() {
    float[] x = new float[6 * 4];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i + 1);
    }
    return Parameter.trainable(Tensor.of(x, 6, 4));
  }

  /** Two steps of a loss on looked-up rows. */
  private static float[] train(
      Function<Map<String, Parameter>, Optimizer> optimizer,
      BiFunction<Parameter, Tensor, Tensor> lookup) {
    try (Parameter table = table();
        Optimizer o = optimizer.apply(Map.of("table", table))) {
      for (int step = 0; step < 2; step++) {
        o.zeroGrad();
        Tensor x = lookup.apply(table, Tensor.of(IDS, 2, 3));
        assertThat(x.shape()).isEqualTo(Shape.of(2, 3, 4));
        x.square().mul(x).sum().backward();
        o.step();
      }
      return table.data().toFloats();
    }
  }

  private static Tensor dense(Parameter table, Tensor ids) {
    return table.tensor().indexSelect(0, ids);
  }

  @ParameterizedTest
  @EnumSource
  void plainGradientDescentIsTheSameAsWithDenseGradients(TestBackend backend) {
    on(
        backend,
        () ->
            assertThat(train(p -> new Sgd(p, 0.1), Parameter::lookup))
                .isEqualTo(train(p -> new Sgd(p, 0.1), SparseRowsTest::dense)));
  }

  @ParameterizedTest
  @EnumSource
  void adamIsLazy(TestBackend backend) {
    on(
        backend,
        () -> {
          float[] sparse = train(p -> new Adam(p, 0.1), Parameter::lookup);
          assertThat(sparse).isEqualTo(train(p -> new Adam(p, 0.1), SparseRowsTest::dense));
          try (Parameter table = table();
              Optimizer adam = new Adam(Map.of("table", table), 0.1)) {
            for (int id : new int[] {2, 4}) {
              adam.zeroGrad();
              table.lookup(Tensor.of(new int[] {id})).sum().backward();
              adam.step();
            }
            float[] before = table().data().toFloats();
            float[] after = table.data().toFloats();
            for (int i = 0; i < after.length; i++) {
              boolean touched = i / 4 == 2 || i / 4 == 4;
              assertThat(after[i] != before[i]).as("element %d", i).isEqualTo(touched);
            }
            // One step of its own each: the second one left row 2 and its moments alone.
            assertThat(adam.state().get("table.exp_avg").toFloats()[8]).isCloseTo(0.1f, eps());
            assertThat(before[8] - after[8]).isCloseTo(0.1f, eps());
          }
        });
  }

  private static org.assertj.core.data.Offset<Float> eps() {
    return org.assertj.core.data.Offset.offset(1e-6f);
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOfSeveralLookupsAddUp(TestBackend backend) {
    on(
        backend,
        () -> {
          try (Parameter table = table()) {
            assertThat(table.rowGradient()).isNull();
            table.lookup(Tensor.of(new int[] {5, 1, 5})).sum().backward();
            table.lookup(Tensor.of(new int[] {1, 0})).sum().backward();
            RowGradient g = table.rowGradient();
            assertThat(g.ids().toLongs()).containsExactly(0, 1, 5);
            assertThat(g.rows().toFloats()).containsExactly(1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2);
            table.lookup(Tensor.of(new int[] {3})).sum().backward();
            assertThat(table.rowGradient().ids().toLongs()).containsExactly(0, 1, 3, 5);
            assertThat(table.grad()).isNull();
            assertThat(GradientClip.norm(Map.of("table", table))).isEqualTo(Math.sqrt(40));
            GradientClip.globalNorm(1).apply(Map.of("table", table));
            assertThat(GradientClip.norm(Map.of("table", table))).isLessThan(1 + 1e-6);
            table.zeroGrad();
            assertThat(table.rowGradient()).isNull();
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aDenseGradientBesideAddsToTheRows(TestBackend backend) {
    on(
        backend,
        () -> {
          try (Parameter table = table();
              Optimizer sgd = new Sgd(Map.of("table", table), 1)) {
            float[] before = table.data().toFloats();
            table.lookup(Tensor.of(new int[] {1})).sum().backward();
            table.tensor().sum().backward();
            sgd.step();
            float[] after = table.data().toFloats();
            for (int i = 0; i < after.length; i++) {
              assertThat(after[i]).isEqualTo(before[i] - (i / 4 == 1 ? 2 : 1));
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void wrongIdsAreRefusedAndNothingIsRecordedWithoutGradients(TestBackend backend) {
    on(
        backend,
        () -> {
          try (Parameter table = table()) {
            assertThatThrownBy(() -> table.lookup(Tensor.of(new int[] {0, 6})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lookup: index 6 at position 1 is outside [-6, 6)");
            assertThatThrownBy(() -> table.lookup(Tensors.ones(2)))
                .hasMessageContaining("I32 or I64");
            try (var _ = Execution.noGrad()) {
              assertThat(table.lookup(Tensor.of(new int[] {1})).requiresGrad()).isFalse();
            }
            assertThat(table.rowGradient()).isNull();
          }
        });
  }

  private static Allocator limited() {
    return Allocator.create(Allocator.Options.defaults().withLimitBytes(1 << 20));
  }

  /** 32 MB of table, and a megabyte for everything else. */
  @Test
  void memoryDoesNotDependOnTheVocabulary() {
    try (var _ = Execution.on(TestBackend.NATIVE.executor());
        var _ = Scope.open()) {
      try (Parameter table = Parameter.trainable(Tensors.zeros(500_000, 16));
          Optimizer sgd = new Sgd(Map.of("table", table), 0.5)) {
        Tensor ids = Tensor.of(new int[] {499_999, 7, 499_999});
        try (var _ = Scope.open(limited())) {
          table.lookup(ids).sum().backward();
          sgd.step();
          sgd.zeroGrad();
          assertThat(table.data().slice(0, 499_999, 500_000).copy().toFloats()).containsOnly(-1);
          assertThat(table.data().slice(0, 7, 8).copy().toFloats()).containsOnly(-0.5f);
        }
        try (var _ = Scope.open(limited())) {
          Tensor loss = table.tensor().indexSelect(0, ids).sum();
          assertThatThrownBy(loss::backward).hasMessageContaining("limit");
        }
      }
    }
  }

  /** Two thousand times the rows take no more than a few times as long; a dense pass would. */
  @Test
  void timeDoesNotDependOnTheVocabulary() {
    try (var _ = Execution.on(TestBackend.NATIVE.executor());
        var _ = Scope.open()) {
      assertThat(shortestStep(1_000_000)).isLessThan(30 * shortestStep(500));
    }
  }

  private static long shortestStep(long rows) {
    long shortest = Long.MAX_VALUE;
    try (Parameter table = Parameter.trainable(Tensors.zeros(rows, 16));
        Optimizer sgd = new Sgd(Map.of("table", table), 0.5)) {
      for (int i = 0; i < 200; i++) {
        try (var _ = Scope.open()) {
          Tensor ids = Tensor.of(new int[] {i, 2 * i, 0});
          long start = System.nanoTime();
          sgd.zeroGrad();
          table.lookup(ids).sum().backward();
          sgd.step();
          shortest = Math.min(shortest, System.nanoTime() - start);
        }
      }
    }
    return shortest;
  }
}
