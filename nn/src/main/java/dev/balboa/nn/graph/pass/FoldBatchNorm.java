package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import java.util.Arrays;
import java.util.List;

/**
 * Batch normalisation by given statistics behind a convolution becomes other weights and another
 * bias of that convolution (Jacob et al., 2018): with s = gamma / sqrt(variance + epsilon), w' = s
 * w and b' = beta + s (b - mean). Both depend on parameters alone, so they are computed when those
 * change.
 */
public final class FoldBatchNorm implements Pass {
  /** A pass without settings. */
  public FoldBatchNorm() {}

  private static final Binary MUL = new Binary(BinaryKind.MUL);

  @Override
  public String name() {
    return "fold-batch-norm";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(BatchNormInference norm, var in, var out)
          && consumers.only(in.get(0)) instanceof Node.Apply(Conv conv, var convIn, var _)
          && conv.activation().isIdentity()
          && graph.spec(in.get(0)).dtype() == graph.spec(in.get(3)).dtype()
          && !conv.residual()) {
        fold(rewrite, norm, in, conv, convIn, out);
      } else {
        rewrite.add(rewrite.current(node));
      }
    }
    return new DeadCode().apply(rewrite.build());
  }

  private static void fold(
      Rewrite rewrite,
      BatchNormInference norm,
      List<Integer> in,
      Conv conv,
      List<Integer> convIn,
      List<Integer> out) {
    Emit e = new Emit(rewrite);
    Value gamma = rewrite.ref(in.get(1));
    Value beta = rewrite.ref(in.get(2));
    Value mean = rewrite.ref(in.get(3));
    Value shifted = e.apply(new Unary(UnaryKind.LINEAR, 1, norm.epsilon()), rewrite.ref(in.get(4)));
    Value scale = e.apply(MUL, gamma, e.apply(Unary.of(UnaryKind.RSQRT), shifted));
    Value w = rewrite.ref(convIn.get(1));
    long[] column = new long[w.spec().shape().rank()];
    Arrays.fill(column, 1);
    column[0] = w.spec().shape().dim(0);
    Value weights = e.apply(MUL, w, e.apply(new Reshape(Shape.of(column)), scale));
    Value centred =
        conv.hasBias(convIn.size())
            ? e.apply(new Binary(BinaryKind.SUB), rewrite.ref(convIn.get(2)), mean)
            : e.apply(new Unary(UnaryKind.LINEAR, -1, 0), mean);
    Value bias = e.apply(new Binary(BinaryKind.ADD), beta, e.apply(MUL, centred, scale));
    rewrite.add(conv, List.of(convIn.get(0), number(weights), number(bias)), out);
  }

  private static int number(Value value) {
    return ((Rewrite.Ref) value).number();
  }
}
