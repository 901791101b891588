package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Aliases;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes convolutions, products, attention and recurrent layers in BF16, and what goes element by
 * element, pools or moves elements in BF16 where all of its inputs are; everything else, and what
 * is written in place, in F32, with the rules of {@link
 * dev.balboa.nn.exec.Execution#mixedPrecision}. As a pass it comes after others have folded and
 * fused in F32. Results of the graph are F32 as before, and weights are converted when a parameter
 * has changed. For inference.
 */
public final class Autocast implements Pass {
  /** A pass without settings. */
  public Autocast() {}

  @Override
  public String name() {
    return "autocast";
  }

  @Override
  public Graph apply(Graph graph) {
    return new DeadCode().apply(new Casting(graph).run());
  }

  private static final class Casting {
    private final Graph graph;
    private final Aliases aliases;
    private final Rewrite rewrite;
    private final Set<Integer> outputs = new HashSet<>(); // roots
    private final Map<Integer, Value> natives = new HashMap<>();
    private final Map<Integer, Value> converted = new HashMap<>();

    Casting(Graph graph) {
      this.graph = graph;
      this.aliases = new Aliases(graph);
      this.rewrite = new Rewrite(graph);
      graph.outputs().forEach(v -> outputs.add(aliases.root(v)));
    }

    Graph run() {
      for (Node node : graph.nodes()) {
        if (node instanceof Node.Apply(Op op, var in, var out) && !node.hasEffect()) {
          boolean kept = out.stream().anyMatch(v -> outputs.contains(aliases.root(v)));
          boolean written = out.stream().anyMatch(aliases::isMutated);
          List<Value> results = rewrite.apply(op, written ? wide(in) : inputs(op, in, kept));
          for (int i = 0; i < out.size(); i++) {
            natives.put(out.get(i), results.get(i));
          }
        } else {
          rewrite.add(node.reading(wide(node.inputs()).stream().map(Autocast::number).toList()));
        }
      }
      graph.outputs().forEach(v -> rewrite.replace(v, number(as(v, DType.F32))));
      return rewrite.build();
    }

    /**
     * Values as they were written down. Memory that is written keeps its type, so it is no copy.
     */
    private List<Value> wide(List<Integer> in) {
      return in.stream().map(v -> as(v, DType.F32)).toList();
    }

    /**
     * The inputs in the types that they are to have.
     *
     * @param kept whether a result is handed out, which is F32 then without a rounding to BF16
     */
    private List<Value> inputs(Op op, List<Integer> in, boolean kept) {
      if (op instanceof LayerNorm && !kept && current(in.getFirst()).spec().dtype() == DType.BF16) {
        List<Value> all = new ArrayList<>(wide(in));
        all.set(0, current(in.getFirst()));
        return all;
      }
      DType type = type(op, in);
      return in.stream().map(v -> as(v, type)).toList();
    }

    /** What the floating-point inputs of an operation are to be. */
    private DType type(Op op, List<Integer> in) {
      boolean half =
          switch (op) {
            case Conv _, ConvTranspose _, Linear _, Matmul _, AttentionOp _, RecurrentOp _ -> true;
            case Cast _ -> false;
            case ViewOp _, ElementwiseOp _, PoolingOp _, LayoutOp _, IndexOp _ ->
                in.stream()
                    .map(this::current)
                    .noneMatch(v -> v.spec().dtype() == DType.F32 && v.spec().shape().rank() > 0);
            default -> false;
          };
      return half ? DType.BF16 : DType.F32;
    }

    private Value current(int value) {
      Value own = natives.get(value);
      return own == null ? rewrite.ref(value) : own;
    }

    /** A value in the wanted type if it is of the other one. */
    private Value as(int value, DType type) {
      Value own = current(value);
      DType now = own.spec().dtype();
      if (now == type || (now != DType.F32 && now != DType.BF16) || isForeign(value, now, type)) {
        return own;
      }
      Cast cast = new Cast(type);
      return aliases.isMutated(value)
          ? rewrite.apply(cast, List.of(own)).get(0)
          : converted.computeIfAbsent(value, _ -> rewrite.apply(cast, List.of(own)).get(0));
    }

    /** BF16 that was there before stays as it is. */
    private boolean isForeign(int value, DType now, DType wanted) {
      return wanted == DType.F32 && now == DType.BF16 && graph.spec(value).dtype() == DType.BF16;
    }
  }

  private static int number(Value value) {
    return ((Rewrite.Ref) value).number();
  }
}
