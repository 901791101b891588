package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Fixed;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
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
 * Convolutions of 3 x 3 by weights that depend on parameters alone are computed by Winograd's F(4 x
 * 4, 3 x 3), see {@link WinogradOp}, together with a max pooling over windows of 2 x 2 behind them.
 * Weights are transformed when a parameter has changed, as everything that depends on parameters
 * alone; an activation other than ReLU is applied by itself. It comes after passes that change
 * weights, biases, residuals and activations of convolutions, and workspaces of poolings.
 */
public final class Winograd implements Pass {
  private static final MaxPool POOL = new MaxPool(WinogradConv.POOL, false);

  private final BiPredicate<Shape, Shape> pays;

  /**
   * @param pays for a picture [N, C, H, W] and the results [N, F, H, W] of a convolution that could
   *     be computed by this algorithm, whether it is
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
    Rewriting rewriting = new Rewriting(graph);
    Graph rewritten = new DeadCode().apply(rewriting.run());
    return rewriting.transformed.isEmpty() ? rewritten : fixedFirst(rewritten);
  }

  /** What depends on parameters alone comes first: it would stand between the links of a chain. */
  private static Graph fixedFirst(Graph graph) {
    Fixed fixed = new Fixed(graph, new Aliases(graph));
    List<Node> nodes = new ArrayList<>(graph.nodes().stream().filter(fixed::has).toList());
    graph.nodes().stream().filter(node -> !fixed.has(node)).forEach(nodes::add);
    return graph.with(nodes, graph.outputs(), List.of());
  }

  /** One run over a graph. */
  private final class Rewriting {
    private final Graph graph;
    private final Fixed fixed;
    private final Consumers consumers;
    private final Rewrite rewrite;
    private final Map<Integer, Integer> transformed = new HashMap<>();

    Rewriting(Graph graph) {
      this.graph = graph;
      this.fixed = new Fixed(graph, new Aliases(graph));
      this.consumers = new Consumers(graph);
      this.rewrite = new Rewrite(graph);
    }

    Graph run() {
      for (Node node : graph.nodes()) {
        if (node instanceof Node.Apply(Conv conv, var in, var out) && serves(conv, in, out)) {
          add(conv, in, out, false);
        } else if (node instanceof Node.Apply(MaxPool pool, var in, var out)
            && pool.equals(POOL)
            && consumers.only(in.get(0)) instanceof Node.Apply(Conv conv, var convIn, var results)
            && !conv.residual()
            && conv.activation().isAtMostRelu()
            && serves(conv, convIn, results)) {
          add(conv, convIn, out, true); // what it was without the pooling nobody reads
        } else {
          rewrite.add(rewrite.current(node));
        }
      }
      return rewrite.build();
    }

    private void add(Conv conv, List<Integer> in, List<Integer> out, boolean pooled) {
      List<Integer> inputs = new ArrayList<>(in);
      inputs.set(1, transformed.computeIfAbsent(in.get(1), this::transform));
      int filters = Math.toIntExact(graph.spec(in.get(1)).shape().dim(0));
      Activation activation = conv.activation();
      if (activation.isAtMostRelu()) {
        rewrite.add(winograd(conv, filters, activation, pooled), inputs, out);
        return;
      }
      Op plain = winograd(conv, filters, Activation.IDENTITY, false);
      Value y = rewrite.apply(plain, inputs.stream().map(rewrite::ref).toList()).get(0);
      Value activated = rewrite.emit(activation.function(), y);
      rewrite.replace(out.get(0), ((Rewrite.Ref) activated).number());
    }

    private static WinogradConv winograd(Conv conv, int filters, Activation a, boolean pooled) {
      return new WinogradConv(conv.window(), filters, a, conv.residual(), pooled);
    }

    private int transform(int weights) {
      Value u = rewrite.emit(new WinogradFilters(), rewrite.ref(weights));
      return ((Rewrite.Ref) u).number();
    }

    private boolean serves(Conv conv, List<Integer> in, List<Integer> out) {
      TensorSpec x = graph.spec(in.get(0));
      Shape w = graph.spec(in.get(1)).shape();
      return fixed.has(in.get(1))
          && x.dtype() == DType.F32
          && conv.groups() == 1
          && WinogradConv.serves(conv.window())
          && WinogradOp.isBlocked(w.dim(0))
          && WinogradOp.isBlocked(w.dim(1))
          && x.shape().size() > 0
          && pays.test(x.shape(), graph.spec(out.get(0)).shape());
    }
  }
}
