package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Fixed;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.WinogradConv;
import dev.balboa.nn.op.WinogradFilters;
import dev.balboa.nn.op.WinogradOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Convolutions of 3 x 3 by weights that depend on parameters alone are computed by Winograd's
 * F(4 x 4, 3 x 3), see {@link WinogradOp}. Weights are transformed when a parameter has changed, as
 * everything that depends on parameters alone. It comes after passes that change weights, biases,
 * residuals and activations of convolutions.
 */
public final class Winograd implements Pass {
  private final BiPredicate<Shape, Shape> pays;

  /**
   * @param pays for a picture [N, C, H, W] and weights [F, C, 3, 3] that could be multiplied by
   *     this algorithm, whether they are
   */
  public Winograd(BiPredicate<Shape, Shape> pays) {
    this.pays = pays;
  }

  @Override
  public String name() {
    return "winograd";
  }

  @Override
  public Graph apply(Graph graph) {
    Fixed fixed = new Fixed(graph, new Aliases(graph));
    Rewrite rewrite = new Rewrite(graph);
    Map<Integer, Integer> transformed = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(Conv conv, var in, var out)
          && fixed.has(in.get(1))
          && serves(conv, graph.spec(in.get(0)), graph.spec(in.get(1)).shape())) {
        List<Integer> inputs = new ArrayList<>(in);
        inputs.set(1, transformed.computeIfAbsent(in.get(1), w -> transform(rewrite, w)));
        rewrite.add(convolution(conv, graph.spec(in.get(1)).shape()), inputs, out);
      } else {
        rewrite.add(rewrite.current(node));
      }
    }
    return rewrite.build();
  }

  private static int transform(Rewrite rewrite, int weights) {
    Value u = rewrite.emit(new WinogradFilters(), rewrite.ref(weights));
    return ((Rewrite.Ref) u).number();
  }

  private static WinogradConv convolution(Conv conv, Shape w) {
    int filters = Math.toIntExact(w.dim(0));
    return new WinogradConv(conv.window(), filters, conv.activation(), conv.residual());
  }

  private boolean serves(Conv conv, TensorSpec x, Shape w) {
    return x.dtype() == DType.F32
        && conv.groups() == 1
        && WinogradConv.serves(conv.window())
        && WinogradConv.serves(conv.activation())
        && WinogradOp.isBlocked(w.dim(0))
        && WinogradOp.isBlocked(w.dim(1))
        && x.shape().size() > 0
        && pays.test(x.shape(), w);
  }
}
