package dev.balboa.nn.op;

import java.util.List;

/**
 * The numbers 0 to size - 1 in random order, I32, every order as probable as any other: for i =
 * size - 1 down to 1, element i changes places with element j &lt;= i, where j is number i of the
 * stream that {@link RandomIntegers} draws from, in [0, i] (Fisher and Yates). Input: the key
 * I64[2].
 */
public record RandomPermutation(long size) implements SourceOp {
  /** Checks the size. */
  public RandomPermutation {
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "random_permutation: expected a size in [0, 2^31), got " + size);
    }
  }

  @Override
  public Shape shape() {
    return Shape.of(size);
  }

  @Override
  public String name() {
    return "random_permutation";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    RandomKeys.check(name(), in.get(0));
    return List.of(new TensorSpec(shape(), DType.I32));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads((Value) null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return false;
  }
}
