package dev.balboa.nn.layer;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Objects;

/**
 * What attention must not see: keys after the end of a sequence, and what a tensor hides. Immutable
 * and owner of nothing; its tensors stay the caller's.
 *
 * <p>Where lengths are given, padding does not count at all: whatever it holds, NaN included,
 * reaches no other position and no gradient.
 *
 * @param mask broadcasts to [B, H, Lq, Lk]; BOOL, true where a query attends to a key (the reverse
 *     of {@code torch.nn.MultiheadAttention}), or of the type of the queries and added to the
 *     scores; {@code null} for none
 * @param lengths of the sequences of keys, I32 or I64 [B]; {@code null} if none is padded
 */
public record AttentionMask(Tensor mask, Tensor lengths) {
  private static final AttentionMask NONE = new AttentionMask(null, null);

  /** Checks the types. */
  public AttentionMask {
    if (lengths != null
        && (lengths.shape().rank() != 1
            || (lengths.dtype() != DType.I32 && lengths.dtype() != DType.I64))) {
      throw new IllegalArgumentException(
          "attention mask: expected lengths I32 or I64 [B], got " + lengths.spec());
    }
  }

  /** Hides nothing. */
  public static AttentionMask none() {
    return NONE;
  }

  /** Hides what a tensor hides. */
  public static AttentionMask of(Tensor mask) {
    return new AttentionMask(Objects.requireNonNull(mask, "attention mask"), null);
  }

  /** Hides the keys from {@code lengths[b]} on. */
  public static AttentionMask lengths(Tensor lengths) {
    return new AttentionMask(null, Objects.requireNonNull(lengths, "attention mask: lengths"));
  }

  /** For {@code keys} keys, in one tensor; {@code null} if nothing is hidden. */
  Tensor combined(long keys) {
    if (lengths == null) {
      return mask;
    }
    Tensor visible = visible(keys).reshape(lengths.shape().dim(0), 1, 1, keys);
    if (mask == null) {
      return visible;
    }
    return mask.dtype() == DType.BOOL
        ? visible.logical(LogicalKind.AND, mask)
        : visible.where(mask, scalar(mask, Double.NEGATIVE_INFINITY));
  }

  /**
   * Sequences [B, L, C] with zeros as padding, so that nothing of it gets into products, where a
   * weight of zero would not hide a NaN.
   */
  Tensor cleaned(Tensor x) {
    if (lengths == null) {
      return x;
    }
    if (x.shape().rank() != 3 || x.shape().dim(0) != lengths.shape().dim(0)) {
      throw new IllegalArgumentException(
          "attention mask: expected lengths for each sequence of "
              + x.spec()
              + ", got "
              + lengths.spec());
    }
    return visible(x.shape().dim(1)).unsqueeze(2).where(x, scalar(x, 0));
  }

  /** BOOL [B, L]. */
  private Tensor visible(long positions) {
    return Tensors.arange(0, 1, positions, lengths.dtype())
        .compare(CompareKind.LT, lengths.unsqueeze(1));
  }

  private static Tensor scalar(Tensor like, double value) {
    return Tensors.fill(new TensorSpec(Shape.scalar(), like.dtype()), value);
  }
}
