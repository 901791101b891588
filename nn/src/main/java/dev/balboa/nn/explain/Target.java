package dev.balboa.nn.explain;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;

/** The number that is explained: one for each sample of a batch. */
@FunctionalInterface
public interface Target {
  /**
   * The numbers.
   *
   * @param output of the model
   * @return [N], each depending on its own sample alone
   */
  Tensor of(Tensor output);

  /**
   * The output [N, classes] for a class of each sample, or for one class of all samples. Logits
   * tell more than probabilities, whose gradient vanishes where the model is certain.
   */
  static Target ofClass(int... classes) {
    int[] wanted = classes.clone();
    return output -> {
      if (output.shape().rank() != 2) {
        throw new IllegalArgumentException(
            "target: expected an output [N, classes], got " + output.spec());
      }
      int n = Math.toIntExact(output.shape().dim(0));
      long count = output.shape().dim(1);
      if ((wanted.length != 1 && wanted.length != n)
          || Arrays.stream(wanted).anyMatch(c -> c < 0 || c >= count)) {
        throw new IllegalArgumentException(
            "target: expected one class, or one for each sample, below the "
                + count
                + " of "
                + output.spec()
                + ", got "
                + Arrays.toString(wanted));
      }
      int[] each = wanted.length == n ? wanted : new int[n];
      if (wanted.length != n) {
        Arrays.fill(each, wanted[0]);
      }
      Tensor chosen = Tensor.apply(new OneHot(count, output.dtype()), Tensor.of(each)).get(0);
      return output.mul(chosen).sum(1);
    };
  }

  /** Checks what a target gave: floating-point numbers [N]. */
  static Tensor checked(Target target, Tensor output, long samples) {
    Tensor score = target.of(output);
    boolean floating = score.dtype() == DType.F32 || score.dtype() == DType.F64;
    if (!floating || score.shape().rank() != 1 || score.shape().dim(0) != samples) {
      throw new IllegalArgumentException(
          "target: expected a number for each of " + samples + " samples, got " + score.spec());
    }
    return score;
  }
}
