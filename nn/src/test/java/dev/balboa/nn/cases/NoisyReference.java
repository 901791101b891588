package dev.balboa.nn.cases;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.backend.reference.ReferenceBackend;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveAvgPoolBackward;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.AxisOp;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumProdBackward;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.GatedBackward;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.GridSampleBackward;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.Lerp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LinearAlgebraOp;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.NanToNum;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.ProdBackward;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.Variance;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.op.Where;
import dev.balboa.nn.op.WinogradOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The reference with a change of every F64 number that an operation rounds: what comes out tells
 * how much rounding matters. A sum rounds on its way too, by as much as if each of its terms were
 * changed, also where another operation adds up the same terms to the same number.
 */
final class NoisyReference implements Backend {
  private final Backend exact = ReferenceBackend.create();
  private final DoubleUnaryOperator change;

  /** Changes every number that is rounded. */
  NoisyReference(DoubleUnaryOperator change) {
    this.change = change;
  }

  @Override
  public String name() {
    return exact.name();
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    Prepared prepared = exact.prepare(op, inputs, layouts, outputs);
    return rounds(op) ? new Noisy(prepared, adds(op) ? inputs : List.of(), outputs) : prepared;
  }

  /** Whether results are sums of what comes in, which may cancel. */
  private static boolean adds(Op op) {
    return switch (op) {
      case Matmul _, Linear _ -> true;
      case Reduce r -> r.kind() == ReduceKind.SUM || r.kind() == ReduceKind.MEAN;
      default -> false;
    };
  }

  /** Whether results are new numbers rather than chosen ones. */
  private static boolean rounds(Op op) {
    return switch (op) {
      case Unary u ->
          switch (u.kind()) {
            case RELU, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, CLIP -> false;
            case HARD_SHRINK, THRESHOLD -> false;
            default -> true;
          };
      case Binary b -> b.kind() != BinaryKind.MAX && b.kind() != BinaryKind.MIN;
      case Reduce r -> r.kind() != ReduceKind.MAX && r.kind() != ReduceKind.MIN;
      case Variance _, Center _ -> true;
      case ElementwiseChain _ -> true;
      case UnaryBackward _, Dropout _, Prelu _, PreluBackward _, Lerp _ -> true;
      case Softmax _, SoftmaxBackward _ -> true;
      case ConvolutionOp _, LinearAlgebraOp _, NormalizationOp _, LossOp _ -> true;
      case RecurrentOp _ -> true;
      case AvgPool _, AvgPoolBackward _, MaxPoolBackward _ -> true;
      case AdaptiveAvgPool _, AdaptiveAvgPoolBackward _ -> true;
      case ScatterAdd _, IndexAdd _, MaxUnpool _ -> true;
      case PadBackward _, ResizeBackward _, CumSum _ -> true;
      case CumProd _, CumProdBackward _, ProdBackward _ -> true;
      case GridSample _, GridSampleBackward _ -> true;
      case Resize r -> r.mode() != ResizeMode.NEAREST;
      case Gated _, GatedBackward _ -> true;
      case IndexOp _, AxisOp _ -> false;
      case QuantizedOp _, WinogradOp _ -> true;
      case InPlaceOp _, LayoutOp _, SourceOp _, ViewOp _ -> false;
      case LogicalReduce _, ArgReduce _, Cast _, Compare _, Where _, NanToNum _ -> false;
      case MaxPool _, MaxPoolGather _ -> false;
      case MaxPoolWithIndices _, AdaptiveMaxPool _ -> false;
      case Logical _ -> false;
    };
  }

  private final class Noisy implements Prepared {
    private final Prepared prepared;
    private final List<TensorSpec> terms;
    private final List<TensorSpec> outputs;

    Noisy(Prepared prepared, List<TensorSpec> terms, List<TensorSpec> outputs) {
      this.prepared = prepared;
      this.terms = terms;
      this.outputs = outputs;
    }

    @Override
    public List<Layout> outputLayouts() {
      return prepared.outputLayouts();
    }

    @Override
    public void run(Storage[] in, Storage[] out, MemorySegment scratch) {
      Deque<Runnable> restore = new ArrayDeque<>();
      for (int i = 0; i < terms.size(); i++) {
        if (terms.get(i).dtype() == DType.F64) {
          MemorySegment s = in[i].block().segment();
          double[] kept = s.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
          restore.push(
              () -> MemorySegment.copy(kept, 0, s, ValueLayout.JAVA_DOUBLE, 0, kept.length));
          changeAll(s, kept.length);
        }
      }
      prepared.run(in, out, scratch);
      restore.forEach(Runnable::run);
      for (int i = 0; i < out.length; i++) {
        if (outputs.get(i).dtype() == DType.F64) {
          changeAll(out[i].segment(), outputs.get(i).shape().size());
        }
      }
    }

    private void changeAll(MemorySegment s, long size) {
      for (long j = 0; j < size; j++) {
        double x = s.getAtIndex(ValueLayout.JAVA_DOUBLE, j);
        s.setAtIndex(ValueLayout.JAVA_DOUBLE, j, change.applyAsDouble(x));
      }
    }
  }
}
