package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;

/**
 * The keys and values of the positions that one attention layer has seen, so that a further
 * position costs its own products only. Memory for {@code capacity} positions is taken at once and
 * written in place.
 *
 * <p>Ownership: owns its memory; whoever made it closes it. What is written is copied.
 *
 * <p>Errors: a position too many, or one written while gradients are recorded, throws {@link
 * IllegalStateException} and leaves the cache as it was.
 *
 * <p>Thread rule: one thread at a time.
 */
public final class KeyValueCache implements AutoCloseable {
  private final Tensor keys;
  private final Tensor values;
  private long batch;
  private long length;

  /** Keys and values as views of a cache, [b, Hkv, length, D]. */
  record Entries(Tensor keys, Tensor values) {}

  /**
   * An empty cache.
   *
   * @param spec [B, Hkv, capacity, D]: at most B sequences at once, heads of keys and values, their
   *     width
   */
  public KeyValueCache(TensorSpec spec) {
    Shape s = spec.shape();
    if (s.rank() != 4 || s.size() < 1 || !spec.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "key-value cache: expected [B, Hkv, capacity, D] of a floating-point type, none of them"
              + " 0, got "
              + spec);
    }
    try (var _ = Execution.noGrad()) {
      keys = Tensors.fill(spec, 0).keep();
      values = Tensors.fill(spec, 0).keep();
    }
  }

  /** Positions written. */
  public long length() {
    return length;
  }

  /** Positions that there is memory for. */
  public long capacity() {
    return keys.shape().dim(2);
  }

  /** Sequences written; 0 before the first. */
  public long batch() {
    return batch;
  }

  /** All that is written. */
  Entries entries() {
    return new Entries(view(keys), view(values));
  }

  private Tensor view(Tensor all) {
    return all.slice(0, 0, batch).slice(2, 0, length);
  }

  /**
   * Writes the keys and values of further positions.
   *
   * @param k [b, Hkv, T, D]; the first write decides b
   * @param v the same
   * @return all that is written
   */
  Entries append(Tensor k, Tensor v) {
    Shape s = k.shape();
    Shape expected = keys.shape().with(2, s.rank() == 4 ? s.dim(2) : 0);
    long b = length == 0 && s.rank() == 4 ? Math.min(s.dim(0), keys.shape().dim(0)) : batch;
    if (!s.equals(expected.with(0, b)) || !v.shape().equals(s) || k.dtype() != keys.dtype()) {
      throw new IllegalArgumentException(
          "key-value cache: expected keys and values "
              + keys.spec().withShape(expected.with(0, b))
              + ", got "
              + k.spec()
              + " and "
              + v.spec());
    }
    long positions = s.dim(2);
    require(positions);
    if (k.requiresGrad() || v.requiresGrad()) {
      throw new IllegalStateException(
          "key-value cache: what is kept has no gradient; decode in Execution.noGrad()");
    }
    keys.slice(0, 0, b).slice(2, length, length + positions).assign(k);
    values.slice(0, 0, b).slice(2, length, length + positions).assign(v);
    batch = b;
    length += positions;
    return entries();
  }

  /**
   * Checks that so many positions more fit.
   *
   * @throws IllegalStateException if they do not
   */
  void require(long positions) {
    if (!keys.isOpen()) {
      throw new IllegalStateException("key-value cache: it is closed");
    }
    if (positions > capacity() - length) {
      throw new IllegalStateException(
          "key-value cache: %d more positions do not fit, %d of %d are taken"
              .formatted(positions, length, capacity()));
    }
  }

  /**
   * Makes sequence {@code rows[i]} of now the i-th: for beam search, and to copy the sequences of a
   * prompt or to drop some. Of an empty cache there is nothing to reorder.
   *
   * @param rows as many as there shall be sequences, at most as the cache was made for
   */
  public void reorder(int... rows) {
    require(0);
    if (length == 0) {
      return; // the next write decides how many sequences there are
    }
    boolean fits =
        rows.length > 0
            && rows.length <= keys.shape().dim(0)
            && Arrays.stream(rows).allMatch(row -> row >= 0 && row < batch);
    if (!fits) {
      throw new IllegalArgumentException(
          "key-value cache: expected 1 to %d rows below %d, got %s"
              .formatted(keys.shape().dim(0), batch, Arrays.toString(rows)));
    }
    boolean moves = false;
    for (int i = 0; i < rows.length; i++) {
      moves |= rows[i] != i;
    }
    if (moves) {
      Tensor order = Tensor.of(rows);
      move(keys, order);
      move(values, order);
    }
    batch = rows.length;
  }

  private void move(Tensor all, Tensor order) {
    all.slice(0, 0, order.shape().dim(0))
        .slice(2, 0, length)
        .assign(view(all).indexSelect(0, order));
  }

  /** Forgets the positions from {@code positions} on. */
  public void truncate(long positions) {
    if (positions < 0 || positions > length) {
      throw new IllegalArgumentException(
          "key-value cache: expected 0 to " + length + " positions to keep, got " + positions);
    }
    length = positions;
  }

  /** Frees the memory. Closing twice is harmless. */
  @Override
  public void close() {
    keys.close();
    values.close();
  }
}
