package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The derivative of ReLU before a max pooling is taken behind it, on a fraction of the elements: a
 * window passes its gradient on to its maximum, which is positive exactly if the pooled value is.
 */
public final class ReluBehindPool implements Pass {
  /** A pass without settings. */
  public ReluBehindPool() {}

  private static final UnaryBackward RELU = new UnaryBackward(UnaryKind.RELU, 0, 0);

  @Override
  public String name() {
    return "relu-behind-pool";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(UnaryBackward relu, var in, var out)
          && relu.equals(RELU)
          && consumers.only(in.get(1))
              instanceof Node.Apply(MaxPoolBackward back, var backIn, var _)
          && consumers.producer(backIn.get(1))
              instanceof Node.Apply(MaxPool _, var poolIn, var pooled)
          && poolIn.get(0).equals(in.get(0))
          && pooled.get(1).equals(backIn.get(1))) {
        Value masked =
            new Emit(rewrite).apply(RELU, rewrite.ref(pooled.get(0)), rewrite.ref(backIn.get(0)));
        int number = ((Rewrite.Ref) masked).number();
        List<Integer> inputs = new ArrayList<>(backIn); // without x if that was dropped
        inputs.set(0, number);
        rewrite.add(back, inputs, out);
      } else {
        rewrite.add(rewrite.current(node));
      }
    }
    return new DeadCode().apply(rewrite.build());
  }
}
