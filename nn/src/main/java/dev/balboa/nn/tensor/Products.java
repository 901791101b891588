package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Products of tensors that are composed of matrix products; see also {@link Tensor#matmul}. */
public final class Products {
  private Products() {}

  private static void check(boolean condition, String function, String expected, Object got) {
    if (!condition) {
      throw new IllegalArgumentException(function + ": expected " + expected + ", got " + got);
    }
  }

  private static void checkOperand(String function, Tensor operand, Tensor first) {
    check(
        operand.dtype().isFloating(),
        function,
        "operands of a floating-point type",
        operand.spec());
    check(
        operand.dtype() == first.dtype(),
        function,
        "operands of one type " + first.dtype(),
        operand.spec());
  }

  /** The sum of the products of two vectors' elements. */
  public static Tensor dot(Tensor a, Tensor b) {
    checkOperand("dot", a, a);
    checkOperand("dot", b, a);
    check(a.shape().rank() == 1, "dot", "a vector", a.spec());
    check(b.shape().equals(a.shape()), "dot", "a second vector of shape " + a.shape(), b.spec());
    return a.unsqueeze(0).matmul(b.unsqueeze(1)).reshape();
  }

  /** The products of each element of vector a [n] with each of vector b [m]: [n, m]. */
  public static Tensor outer(Tensor a, Tensor b) {
    checkOperand("outer", a, a);
    checkOperand("outer", b, a);
    check(a.shape().rank() == 1, "outer", "a vector", a.spec());
    check(b.shape().rank() == 1, "outer", "a second vector", b.spec());
    return a.unsqueeze(1).mul(b);
  }

  /**
   * y_k = x^T W_k z + b_k: x [..., I], z [..., J] with the same leading axes, weight [K, I, J],
   * bias [K] or {@code null}; output [..., K].
   */
  public static Tensor bilinear(Tensor x, Tensor z, Tensor weight, Tensor bias) {
    String name = "bilinear";
    checkOperand(name, x, x);
    checkOperand(name, z, x);
    checkOperand(name, weight, x);
    Shape w = weight.shape();
    check(w.rank() == 3, name, "weights [K, I, J]", weight.spec());
    check(x.shape().rank() >= 1, name, "x of rank 1 or more", x.spec());
    check(x.shape().dim(-1) == w.dim(1), name, "x with " + w.dim(1) + " features", x.spec());
    Shape other = x.shape().with(-1, w.dim(2));
    check(z.shape().equals(other), name, "z of shape " + other, z.spec());
    if (bias != null) {
      checkOperand(name, bias, x);
      check(bias.shape().equals(w.slice(0, 1)), name, "a bias [" + w.dim(0) + "]", bias.spec());
    }
    Shape out = x.shape().with(-1, w.dim(0));
    long rows = x.shape().slice(0, x.shape().rank() - 1).size();
    Tensor left = x.reshape(rows, w.dim(1)).matmul(weight); // [K, rows, J]
    Tensor y = left.mul(z.reshape(rows, w.dim(2))).sum(2).transpose(0, 1).reshape(out.dims());
    return bias == null ? y : y.add(bias);
  }

  /**
   * Sums the products of a and b over pairs of axes, {@code axesA[i]} with {@code axesB[i]};
   * negative axes count from the end. Output: the other axes of a, then those of b.
   */
  public static Tensor tensordot(Tensor a, Tensor b, int[] axesA, int[] axesB) {
    String name = "tensordot";
    checkOperand(name, a, a);
    checkOperand(name, b, a);
    check(
        axesA.length == axesB.length,
        name,
        "as many axes of both",
        Arrays.toString(axesA) + " and " + Arrays.toString(axesB));
    int[] innerA = axes(name, a, axesA);
    int[] innerB = axes(name, b, axesB);
    for (int i = 0; i < innerA.length; i++) {
      check(
          a.shape().dim(innerA[i]) == b.shape().dim(innerB[i]),
          name,
          "axis " + axesB[i] + " of size " + a.shape().dim(innerA[i]) + " as axis " + axesA[i],
          b.spec());
    }
    int[] outerA = others(a, innerA);
    int[] outerB = others(b, innerB);
    long k = size(a, innerA);
    Tensor left = a.permute(joined(outerA, innerA)).reshape(size(a, outerA), k);
    Tensor right = b.permute(joined(innerB, outerB)).reshape(k, size(b, outerB));
    long[] out =
        IntStream.concat(Arrays.stream(outerA), Arrays.stream(outerB)).mapToLong(i -> i).toArray();
    for (int i = 0; i < out.length; i++) {
      out[i] =
          i < outerA.length ? a.shape().dim(outerA[i]) : b.shape().dim(outerB[i - outerA.length]);
    }
    return left.matmul(right).reshape(out);
  }

  private static int[] axes(String name, Tensor t, int... axes) {
    Set<Integer> seen = new HashSet<>();
    int[] from = axes.clone();
    for (int i = 0; i < from.length; i++) {
      from[i] = t.shape().axis(name, from[i]);
      check(seen.add(from[i]), name, "each axis once", Arrays.toString(axes));
    }
    return from;
  }

  private static int[] others(Tensor t, int... axes) {
    return IntStream.range(0, t.shape().rank())
        .filter(i -> Arrays.stream(axes).noneMatch(axis -> axis == i))
        .toArray();
  }

  private static int[] joined(int[] a, int[] b) {
    return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
  }

  private static long size(Tensor t, int... axes) {
    return Arrays.stream(axes).mapToLong(t.shape()::dim).reduce(1, (x, y) -> x * y);
  }

  /**
   * A sum of products in Einstein's notation, as in NumPy and PyTorch: one term of letters for each
   * operand, one letter for each axis, and after {@code ->} those of the output: {@code
   * einsum("bij,bjk->bik", a, b)} is a batch of matrix products.
   *
   * <p>What the output lacks is summed over. A letter twice in one term takes the diagonal. An
   * ellipsis stands for any number of axes, aligned at the last one, which broadcast; axes of one
   * letter have one size. Without {@code ->} the output has the axes of the ellipsis, then the
   * letters that occur once, in the order of the alphabet (capitals first). Several operands are
   * multiplied in pairs, the cheapest pair first.
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    check(operands.length > 0, "einsum", "at least one operand", "none");
    for (Tensor t : operands) {
      checkOperand("einsum", t, operands[0]);
    }
    List<Shape> shapes = Arrays.stream(operands).map(Tensor::shape).toList();
    return EinsumPlan.of(equation, shapes).run(operands);
  }
}
