package dev.balboa.nn.optim;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RowGradient;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures the global norm and then clips. The squares of each gradient are summed by operations,
 * those sums in Java, in F64.
 */
final class MeasuredClip implements GradientClip {
  enum Rule {
    NONE,
    NORM,
    VALUE
  }

  private static final List<TensorSpec> NORM_AND_FACTOR =
      List.of(new TensorSpec(Shape.of(1), DType.F64), new TensorSpec(Shape.scalar(), DType.F64));

  private final Rule rule;
  private final double max;

  MeasuredClip(Rule rule, double max) {
    this.rule = rule;
    this.max = max;
  }

  /** A gradient, or the gradient of rows, with the path of its parameter. */
  private record Gradient(String path, Tensor tensor) {}

  @Override
  public double apply(Map<String, Parameter> parameters) {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      List<Gradient> gradients = gradients(parameters);
      List<Tensor> measured = measure(gradients);
      double norm = measured.get(0).item();
      if (rule == Rule.NORM && norm > max) {
        scale(gradients, measured.get(1));
      } else if (rule == Rule.VALUE) {
        forEach(gradients, g -> g.assign(g.clip(-max, max)));
      }
      return norm;
    }
  }

  @Override
  public Tensor emit(Map<String, Parameter> parameters) {
    try (var _ = Execution.noGrad()) {
      List<Gradient> gradients = gradients(parameters);
      List<Tensor> measured = measure(gradients);
      switch (rule) {
        case NONE -> {}
        case NORM -> scale(gradients, measured.get(1));
        case VALUE -> forEach(gradients, g -> g.assign(g.clip(-max, max)));
      }
      return measured.get(0);
    }
  }

  private static void scale(List<Gradient> gradients, Tensor factor) {
    forEach(gradients, g -> g.assign(g.mul(factor.cast(g.dtype()))));
  }

  private static List<Gradient> gradients(Map<String, Parameter> parameters) {
    List<Gradient> all = new ArrayList<>();
    parameters.forEach((path, parameter) -> {
      RowGradient rows = parameter.rowGradient();
      if (parameter.grad() != null) {
        all.add(new Gradient(path, parameter.grad()));
      }
      if (rows != null) {
        all.add(new Gradient(path, rows.rows()));
      }
    });
    return all;
  }

  private static void forEach(
      List<Gradient> gradients, java.util.function.Consumer<Tensor> action) {
    for (Gradient g : gradients) {
      try (var _ = Scope.open()) {
        action.accept(g.tensor());
      }
    }
  }

  /** Norm and factor. */
  private List<Tensor> measure(List<Gradient> gradients) {
    String[] paths = gradients.stream().map(Gradient::path).toArray(String[]::new);
    Tensor[] squares =
        gradients.stream().map(g -> g.tensor().square().sum()).toArray(Tensor[]::new);
    boolean[] wide = new boolean[squares.length];
    for (int i = 0; i < wide.length; i++) {
      squares[i] = squares[i].dtype() == DType.F64 ? squares[i] : squares[i].cast(DType.F32);
      wide[i] = squares[i].dtype() == DType.F64;
    }
    return Tensors.host(
        "gradient norm",
        (in, out) -> {
          double norm = norm(paths, wide, in);
          out[0].setAtIndex(ValueLayout.JAVA_DOUBLE, 0, norm);
          out[1].setAtIndex(ValueLayout.JAVA_DOUBLE, 0, norm > max ? max / norm : 1);
        },
        NORM_AND_FACTOR,
        squares);
  }

  private static double norm(String[] paths, boolean[] wide, MemorySegment[] squares) {
    double sum = 0;
    for (int i = 0; i < squares.length; i++) {
      sum += square(wide[i], squares[i]);
    }
    double norm = Math.sqrt(sum);
    if (!Double.isFinite(norm)) {
      Set<String> guilty = new LinkedHashSet<>();
      for (int i = 0; i < squares.length; i++) {
        if (!Double.isFinite(square(wide[i], squares[i]))) {
          guilty.add(paths[i]);
        }
      }
      throw new NonFiniteGradientException(norm, guilty);
    }
    return norm;
  }

  private static double square(boolean wide, MemorySegment s) {
    return wide
        ? s.getAtIndex(ValueLayout.JAVA_DOUBLE, 0)
        : s.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
  }
}
