package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.util.OptionalLong;

/** Look-ups of rows of a table. */
public final class Embeddings {
  private Embeddings() {}

  /**
   * The rows of {@code table} [n, d...] at ids (I32 or I64) of any shape: [ids..., d...]. The
   * gradient is as large as the table.
   *
   * @param padding id of a row that gets no gradient, counted from the end if negative
   * @throws IllegalArgumentException naming what does not fit, or an id out of range
   */
  public static Tensor embedding(Tensor table, Tensor ids, OptionalLong padding) {
    check(table, ids, padding);
    return frozen(table.indexSelect(0, ids), table, ids, padding);
  }

  /** The same with a gradient of the rows only, see {@link Parameter#lookup}. */
  public static Tensor embedding(Parameter table, Tensor ids, OptionalLong padding) {
    check(table.data(), ids, padding);
    return frozen(table.lookup(ids), table.data(), ids, padding);
  }

  private static void check(Tensor table, Tensor ids, OptionalLong padding) {
    boolean fits =
        table.shape().rank() > 0
            && (ids.dtype() == DType.I32 || ids.dtype() == DType.I64)
            && (padding.isEmpty() || inRange(padding.getAsLong(), table.shape().dim(0)));
    if (!fits) {
      throw new IllegalArgumentException(
          "embedding: expected a table with rows, ids of type I32 or I64 and a padding id of the"
              + " table, got "
              + table.spec()
              + ", "
              + ids.spec()
              + " and "
              + padding);
    }
  }

  /** The rows, those of the padding id without history. */
  private static Tensor frozen(Tensor rows, Tensor table, Tensor ids, OptionalLong padding) {
    if (padding.isEmpty()) {
      return rows;
    }
    long n = table.shape().dim(0);
    long id = Math.floorMod(padding.getAsLong(), n);
    Tensor fromStart = is(ids, id);
    Tensor pads = fromStart.where(fromStart, is(ids, id - n));
    for (int i = 1; i < table.shape().rank(); i++) {
      pads = pads.unsqueeze(-1);
    }
    return pads.where(rows.detach(), rows);
  }

  private static boolean inRange(long id, long n) {
    return id >= -n && id < n;
  }

  private static Tensor is(Tensor ids, long id) {
    return ids.compare(
        CompareKind.EQ, Tensors.fill(ids.spec().withShape(Shape.scalar()), (double) id));
  }
}
