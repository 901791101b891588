package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** Element-wise functions one after the other, each result rounded, to F32 in BF16. */
final class ChainKernels {
  private ChainKernels() {}

  static Prepared prepare(ElementwiseChain op, Call call) {
    DType dtype = call.outputs().get(0).dtype();
    List<DoubleBinaryOperator> functions =
        op.links().stream().map(link -> function(link.op())).toList();
    return call.broadcast((in, out) -> {
      List<double[]> results = new ArrayList<>();
      for (int i = 0; i < functions.size(); i++) {
        List<double[]> operands =
            op.links().get(i).operands().stream()
                .map(o -> o >= 0 ? in[o].reals() : results.get(~o))
                .toList();
        results.add(apply(functions.get(i), operands.getFirst(), operands.getLast(), dtype));
      }
      System.arraycopy(results.getLast(), 0, out[0].reals(), 0, out[0].count());
    });
  }

  private static DoubleBinaryOperator function(ElementwiseOp op) {
    return switch (op) {
      case Unary o -> {
        var f = Functions.unary(o.kind(), o.alpha(), o.beta());
        yield (x, _) -> f.applyAsDouble(x);
      }
      case Binary o -> Functions.binary(o.kind());
      case UnaryBackward o -> Derivatives.of(o.kind(), o.alpha(), o.beta());
      default -> throw new IllegalArgumentException(op.name() + " is no link of a chain");
    };
  }

  private static double[] apply(DoubleBinaryOperator f, double[] a, double[] b, DType dtype) {
    double[] y = new double[a.length];
    for (int i = 0; i < y.length; i++) {
      double exact = f.applyAsDouble(a[i], b[i]);
      y[i] =
          switch (dtype) {
            case F32, BF16 -> (float) exact;
            default -> exact;
          };
    }
    return y;
  }
}
