package dev.balboa.nn.tensor;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Look-ups of rows of one table since its gradient was last dropped. Each takes the distinct rows
 * out of the table and makes them a leaf, so that gradients are as large as what was looked up.
 */
final class RowLookups {
  /** Distinct rows as a leaf. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Lookup(long[] ids, Tensor rows) {}

  private final List<Lookup> pending = new ArrayList<>();
  private RowGradient sum;

  /** Rows of {@code table} [n, ...] at {@code ids} of any shape. */
  synchronized Tensor lookup(Tensor table, Tensor ids) {
    if (Execution.current().isCapturing()) {
      throw new CaptureException(
          "lookup: sparse look-ups cannot be captured, since the ids say which rows are trained;"
              + " use dense ones or train eagerly");
    }
    new IndexSelect(0).infer(List.of(table.spec(), ids.spec()));
    pending.removeIf(l -> !l.rows.isOpen() && l.rows.grad() == null);
    long[] all = positions(ids, table.shape().dim(0));
    long[] distinct = LongStream.of(all).sorted().distinct().toArray();
    Tensor rows;
    try (var _ = Execution.noGrad()) {
      rows = table.indexSelect(0, tensor(distinct)).withGrad();
    }
    pending.add(new Lookup(distinct, rows));
    long[] places = LongStream.of(all).map(id -> Arrays.binarySearch(distinct, id)).toArray();
    return rows.indexSelect(0, Tensor.of(places, ids.shape()));
  }

  private static Tensor tensor(long... ids) {
    return Tensor.of(ids, Shape.of(ids.length));
  }

  /** The ids on the host, all counted from the start. */
  private static long[] positions(Tensor ids, long n) {
    long[] all = ids.cast(DType.I64).toLongs();
    for (int i = 0; i < all.length; i++) {
      if (all[i] < -n || all[i] >= n) {
        throw DataErrors.index("lookup", all[i], i, n);
      }
      all[i] = all[i] < 0 ? all[i] + n : all[i];
    }
    return all;
  }

  /** The sum of all gradients so far, kept by this; {@code null} if there is none. */
  synchronized RowGradient gradient() {
    List<Lookup> ready = pending.stream().filter(l -> l.rows.grad() != null).toList();
    if (ready.isEmpty()) {
      return sum;
    }
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      long[] before = sum == null ? new long[0] : sum.ids().toLongs();
      LongStream more = ready.stream().flatMapToLong(l -> LongStream.of(l.ids));
      long[] ids = LongStream.concat(LongStream.of(before), more).sorted().distinct().toArray();
      Tensor total = sum == null ? null : spread(ids, before, sum.rows());
      for (Lookup l : ready) {
        Tensor rows = spread(ids, l.ids, l.rows.grad());
        total = total == null ? rows : total.add(rows);
      }
      RowGradient next = new RowGradient(tensor(ids).keep(), total.copy().keep());
      close(sum);
      sum = next;
    }
    ready.forEach(l -> l.rows.zeroGrad());
    pending.removeAll(ready);
    return sum;
  }

  /** Rows of some ids as rows of more ids. */
  private static Tensor spread(long[] ids, long[] some, Tensor rows) {
    if (ids.length == some.length) {
      return rows;
    }
    long[] places = LongStream.of(some).map(id -> Arrays.binarySearch(ids, id)).toArray();
    return Tensor.then(tensor(places), new IndexAdd(0, ids.length), rows);
  }

  /** Drops everything. */
  synchronized void clear() {
    pending.forEach(l -> l.rows.zeroGrad());
    pending.clear();
    close(sum);
    sum = null;
  }

  private static void close(RowGradient gradient) {
    if (gradient != null) {
      gradient.ids().close();
      gradient.rows().close();
    }
  }
}
