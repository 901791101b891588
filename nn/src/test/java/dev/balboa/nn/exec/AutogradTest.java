package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients have PyTorch's semantics, on both backends. */
class AutogradTest {
  private static void on(TestBackend backend, Runnable body) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      body.run();
    }
  }

  private static Tensor leaf(float... values) {
    return Tensor.of(values).withGrad();
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAccumulateUntilCleared(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(1, 2, 3);
          x.square().sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(2, 4, 6);
          x.square().sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(4, 8, 12);
          x.zeroGrad();
          assertThat(x.grad()).isNull();
          x.mul(3).sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(3, 3, 3);
          x.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneGraphCanBeSweptTwice(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(2);
          Tensor y = x.square().sum();
          y.backward();
          y.backward();
          assertThat(x.grad().toFloats()).containsExactly(8);
          x.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void sharedValuesAndDiamonds(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(3);
          Tensor a = x.mul(2);
          a.mul(a).add(a).add(x).sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(8 * 3 + 2 + 1);
          x.zeroGrad();
          Tensor y = leaf(1, 2);
          y.add(y).sum().backward();
          assertThat(y.grad().toFloats()).containsExactly(2, 2);
          y.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void leavesThatShareOneCotangentOwnTheirGradients(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(1, 2);
          Tensor y = leaf(3, 4);
          x.add(y).backward(Tensor.of(new float[] {5, 6}));
          x.zeroGrad();
          assertThat(y.grad().toFloats()).containsExactly(5, 6);
          y.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOutliveTheScopeOfTheirStep(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(1, 2);
          try (var _ = Scope.open()) {
            x.square().sum().backward();
          }
          assertThat(x.grad().toFloats()).containsExactly(2, 4);
          x.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void detachAndNoGradCutTheGraph(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(2, 3);
          x.mul(x.detach()).sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(2, 3);
          x.zeroGrad();
          Tensor constant;
          try (var _ = Execution.noGrad()) {
            constant = x.square();
            try (var _ = Execution.grad()) {
              assertThat(x.square().requiresGrad()).isTrue();
            }
          }
          assertThat(constant.requiresGrad()).isFalse();
          constant.mul(x).sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(4, 9);
          x.zeroGrad();
        });
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOfIntermediateValues(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(2);
          Tensor h = x.square();
          Tensor unused = leaf(1);
          List<Tensor> grads = h.square().sum().grad(false, h, x, unused);
          assertThat(grads.get(0).toFloats()).containsExactly(8);
          assertThat(grads.get(1).toFloats()).containsExactly(32);
          assertThat(grads.get(2)).isNull();
          assertThat(x.grad()).as("grad() accumulates nothing").isNull();
        });
  }

  @ParameterizedTest
  @EnumSource
  void higherDerivatives(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(2);
          Tensor y = x.square().mul(x).sum();
          Tensor first = y.grad(true, x).get(0);
          Tensor second = first.sum().grad(true, x).get(0);
          Tensor third = second.sum().grad(false, x).get(0);
          assertThat(first.toFloats()).containsExactly(12);
          assertThat(second.toFloats()).containsExactly(12);
          assertThat(third.toFloats()).containsExactly(6);
        });
  }

  @ParameterizedTest
  @EnumSource
  void hessianVectorProductOfAnMlp(TestBackend backend) {
    on(
        backend,
        () -> {
          RandomStream random = new RandomStream(5);
          Tensor x = Tensors.normal(random, 0, 1, Shape.of(6, 4));
          Tensor v = Tensors.normal(random, 0, 1, Shape.of(4, 3));
          Tensor base = Tensors.normal(random, 0, 1, Shape.of(4, 3));
          Tensor w = base.withGrad();
          Tensor gradient = loss(x, w).grad(true, w).get(0);
          double exact = gradient.mul(v).sum().grad(false, w).get(0).mul(v).sum().item();
          double h = 1e-2;
          double up = slope(x, base.add(v.mul(h)), v);
          double down = slope(x, base.add(v.mul(-h)), v);
          assertThat(exact)
              .isCloseTo((up - down) / (2 * h), within(2e-3 * Math.max(1, Math.abs(exact))));
        });
  }

  private static Tensor loss(Tensor x, Tensor w) {
    return x.matmul(w).tanh().square().mean();
  }

  private static double slope(Tensor x, Tensor at, Tensor v) {
    Tensor w = at.withGrad();
    return loss(x, w).grad(false, w).get(0).mul(v).sum().item();
  }

  @ParameterizedTest
  @EnumSource
  void deepGraphsDoNotOverflowTheStack(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = leaf(1);
          Tensor y = x;
          for (int i = 0; i < 10_000; i++) {
            y = y.add(1);
          }
          y.sum().backward();
          assertThat(x.grad().toFloats()).containsExactly(1);
          assertThat(y.sum().grad(false, x).get(0).toFloats()).containsExactly(1);
          x.zeroGrad();
        });
  }
}
