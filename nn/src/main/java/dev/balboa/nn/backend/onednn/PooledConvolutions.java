package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.DataType;
import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PooledConvolution;
import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Chains of convolutions that are each followed by a max pooling, by a kernel that computes both:
 * what is pooled away never leaves a thread's cache, and what no window sees is not computed.
 * Pictures have their channels last between the links.
 *
 * <p>The kernel is written for the registers of AVX-512. Where the processor has others, oneDNN's
 * convolutions are faster, and there is no such chain.
 */
final class PooledConvolutions {
  private PooledConvolutions() {}

  /**
   * A convolution with its pooling.
   *
   * @param inputs numbers of the picture, the weights and maybe the bias in the chain
   * @param out number of what is pooled
   */
  private record Pair(
      PooledConvolution kernel, List<Integer> inputs, int out, TensorSpec picture, TensorSpec y) {}

  /** Plans the chain if the kernel serves all of it. */
  static Optional<Prepared> prepare(Chain chain, List<Layout> layouts) {
    List<Pair> pairs = Processor.hasWideKernels() ? pairs(chain) : List.of();
    return pairs.isEmpty() ? Optional.empty() : Optional.of(plan(chain, layouts, pairs));
  }

  /** The pairs that a chain consists of; none if it has other links, or results before the end. */
  private static List<Pair> pairs(Chain chain) {
    List<Chain.Link> links = chain.links();
    int even = links.getLast().op() instanceof Contiguous ? links.size() - 1 : links.size();
    if (even % 2 != 0 || !chain.results().equals(List.of(chain.values().size() - 1))) {
      return List.of();
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < even; i += 2) {
      Optional<Pair> pair = pair(chain, i, i + 2 == even && even < links.size());
      if (pair.isEmpty()) {
        return List.of();
      }
      pairs.add(pair.get());
    }
    return pairs;
  }

  /** Two links; {@code planar} says that a copy in row-major order follows. */
  private static Optional<Pair> pair(Chain chain, int i, boolean planar) {
    Chain.Link first = chain.links().get(i);
    Chain.Link second = chain.links().get(i + 1);
    boolean follows =
        second.inputs().equals(List.of(chain.firstOutput(i)))
            && (i == 0 || first.inputs().getFirst() == chain.firstOutput(i - 1));
    if (!follows
        || !(first.op() instanceof Conv conv && serves(conv))
        || !(second.op() instanceof MaxPool pool && serves(pool))) {
      return Optional.empty();
    }
    List<TensorSpec> values = chain.values();
    TensorSpec x = values.get(first.inputs().get(0));
    TensorSpec w = values.get(first.inputs().get(1));
    TensorSpec results = first.outputs().getFirst();
    TensorSpec y = second.outputs().getFirst();
    if (x.dtype() != DType.F32 || x.shape().size() == 0 || w.shape().size() == 0) {
      return Optional.empty();
    }
    PooledConvolution kernel =
        PooledConvolution.of(
            x.shape().dims(),
            w.shape().dims(),
            Windows.of(conv.window()),
            plane(results),
            Windows.kernel(pool.window()),
            Windows.of(pool.window()),
            plane(y),
            conv.activation() == Activation.RELU,
            planar);
    return kernel.scratchBytes() == 0
        ? Optional.empty()
        : Optional.of(new Pair(kernel, first.inputs(), chain.firstOutput(i + 1), x, y));
  }

  private static boolean serves(Conv conv) {
    boolean activated =
        conv.activation() == Activation.IDENTITY || conv.activation() == Activation.RELU;
    return conv.window().rank() == 2 && conv.groups() == 1 && activated && !conv.residual();
  }

  private static boolean serves(MaxPool pool) {
    Window window = pool.window();
    return !pool.workspace()
        && !window.ceil()
        && window.dilation().equals(Collections.nCopies(2, 1));
  }

  private static long[] plane(TensorSpec spec) {
    return spec.shape().slice(2, 4).dims();
  }

  private static Plan plan(Chain chain, List<Layout> layouts, List<Pair> pairs) {
    List<TensorSpec> outputs = List.of(chain.values().getLast());
    Op op = chain.links().getFirst().op();
    try (PlanBuilder b = new PlanBuilder(op, chain.inputs(), layouts, outputs)) {
      boolean rowMajor = chain.links().getLast().op() instanceof Contiguous;
      long bytes = pairs.stream().mapToLong(p -> p.kernel().scratchBytes()).max().orElseThrow();
      Operand scratch = b.scratch(MemoryDesc.contiguous(DataType.U8, bytes));
      Operand picture =
          b.input(
              pairs.getFirst().inputs().getFirst(), Mds.channelsLast(pairs.getFirst().picture()));
      for (Pair pair : pairs) {
        MemoryDesc md = Mds.channelsLast(pair.y());
        boolean last = pair.out() == pairs.getLast().out();
        Operand y = !last ? b.scratch(md) : rowMajor ? b.denseOutput(0) : b.output(0, md);
        call(b, pair, picture, y, scratch);
        picture = y;
      }
      return b.build();
    }
  }

  private static void call(PlanBuilder b, Pair pair, Operand picture, Operand y, Operand scratch) {
    PooledConvolution kernel = pair.kernel();
    int w = pair.inputs().get(1);
    Operand weights =
        b.input(
            w,
            MemoryDesc.tagged(DataType.F32, b.spec(w).shape().dims(), FormatTag.BLOCKED_OHWI32O));
    if (pair.inputs().size() == 2) {
      b.call(
          s -> kernel.run(s[0], s[1], MemorySegment.NULL, s[2], s[3]),
          picture,
          weights,
          y,
          scratch);
    } else {
      b.call(
          s -> kernel.run(s[0], s[1], s[2], s[3], s[4]),
          picture,
          weights,
          b.denseInput(pair.inputs().get(2)),
          y,
          scratch);
    }
  }
}
