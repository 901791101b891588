package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.graph.pass.Autocast;
import dev.balboa.nn.graph.pass.CommonSubexpressions;
import dev.balboa.nn.graph.pass.DeadCode;
import dev.balboa.nn.graph.pass.DropPooled;
import dev.balboa.nn.graph.pass.DropWorkspaces;
import dev.balboa.nn.graph.pass.FoldBatchNorm;
import dev.balboa.nn.graph.pass.FuseActivation;
import dev.balboa.nn.graph.pass.FuseAttention;
import dev.balboa.nn.graph.pass.FuseBias;
import dev.balboa.nn.graph.pass.FuseElementwise;
import dev.balboa.nn.graph.pass.FuseOptimizer;
import dev.balboa.nn.graph.pass.FuseResidual;
import dev.balboa.nn.graph.pass.Pass;
import dev.balboa.nn.graph.pass.ReluBehindPool;
import dev.balboa.nn.graph.pass.Winograd;
import dev.balboa.nn.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How captured programs are made and kept.
 *
 * @param passes run over the graph, in this order
 * @param packing whether weights that stay as they are are copied into layouts that are faster for
 *     the backend, where it may round in another order; convolutions then may have their channels
 *     last
 * @param shapes how many programs are kept, each for one combination of argument shapes; the one
 *     that was not used for longest goes first
 * @param instances how many runs of one program may go on at once; further callers wait. Each has
 *     an arena of its own
 * @param names of parameters, by path, for printed graphs
 * @param buckets sizes that dimensions of arguments are rounded up to
 * @param inPlace whether element-wise results may take the place of inputs that nobody reads again
 * @param mixedPrecision whether products compute in BF16, see {@link
 *     dev.balboa.nn.exec.Execution#mixedPrecision}
 * @param chains whether convolutions and poolings in a row, and their derivatives, go over parts of
 *     the batch together, where that pays
 * @param winograd whether convolutions of 3 x 3 are computed by Winograd's algorithm where that
 *     pays, see {@link #withWinograd}
 */
public record CompileOptions(
    List<Pass> passes,
    boolean packing,
    int shapes,
    int instances,
    Map<String, Parameter> names,
    List<Bucket> buckets,
    boolean inPlace,
    boolean mixedPrecision,
    boolean chains,
    boolean winograd) {
  /** Checks the bounds. */
  public CompileOptions {
    passes = List.copyOf(passes);
    names = Map.copyOf(names);
    buckets = List.copyOf(buckets);
    if (shapes < 1 || instances < 1) {
      throw new IllegalArgumentException(
          "compile: expected at least 1 shape and 1 instance, got " + shapes + " and " + instances);
    }
  }

  /** All passes, 8 shapes, as many instances as processors. */
  public static CompileOptions defaults() {
    List<Pass> passes =
        List.of(
            new DeadCode(),
            new CommonSubexpressions(),
            new FoldBatchNorm(),
            new FuseBias(),
            new FuseAttention(),
            new FuseResidual(),
            new FuseActivation(),
            new ReluBehindPool(),
            new FuseElementwise(),
            new FuseOptimizer(),
            new DropWorkspaces(),
            new DropPooled());
    return new CompileOptions(
        passes,
        true,
        8,
        Runtime.getRuntime().availableProcessors(),
        Map.of(),
        List.of(),
        true,
        false,
        true,
        false);
  }

  /** With another bound on kept programs. */
  public CompileOptions withShapes(int count) {
    return with(d -> d.shapes = count);
  }

  /** With another bound on runs at once. */
  public CompileOptions withInstances(int count) {
    return with(d -> d.instances = count);
  }

  /** With these passes only. */
  public CompileOptions withPasses(List<Pass> some) {
    return with(d -> d.passes = some);
  }

  /**
   * Without the pass of this name.
   *
   * @throws IllegalArgumentException naming the passes if there is none
   */
  public CompileOptions without(String pass) {
    List<Pass> rest = new ArrayList<>(passes);
    if (!rest.removeIf(p -> p.name().equals(pass))) {
      throw new IllegalArgumentException(
          "compile: there is no pass '"
              + pass
              + "' among "
              + passes.stream().map(Pass::name).toList());
    }
    return withPasses(rest);
  }

  /** Without packed weights. */
  public CompileOptions withoutPacking() {
    return with(d -> d.packing = false);
  }

  /**
   * With one operation after the other on the whole batch: convolutions, and gradients of weights,
   * are then summed up as eager operations do it.
   */
  public CompileOptions withoutChains() {
    return with(d -> d.chains = false);
  }

  /** With names of parameters, by path. */
  public CompileOptions withNames(Map<String, Parameter> parameters) {
    return with(d -> d.names = parameters);
  }

  /** With memory of its own for every result. */
  public CompileOptions withoutInPlace() {
    return with(d -> d.inPlace = false);
  }

  /**
   * With convolutions, products, attention and recurrent layers in BF16; parameters, results,
   * losses and the optimizer's state stay in F32. Compiling throws {@link
   * UnsupportedOperationException} if the backend has no BF16 arithmetic on this processor.
   */
  public CompileOptions withMixedPrecision() {
    return withMixedPrecision(true);
  }

  /** With or without {@linkplain #withMixedPrecision() BF16}. */
  public CompileOptions withMixedPrecision(boolean on) {
    return with(d -> d.mixedPrecision = on);
  }

  /**
   * With convolutions of 3 x 3 with stride 1 by Winograd's F(4 x 4, 3 x 3), where the backend is
   * faster by it. It takes a quarter of the multiplications, four times the memory for weights, and
   * loses one to two of F32's seven digits: see {@link dev.balboa.nn.op.WinogradOp}. Served are
   * convolutions in F32 without groups and dilation whose numbers of channels and filters are
   * multiples of 16, with or without bias and residual, and whose weights the program does not
   * change; on the native backend on processors with AVX-512. ReLU and a max pooling over 2 x 2 are
   * computed with the convolution, any other activation behind it.
   */
  public CompileOptions withWinograd() {
    return withWinograd(true);
  }

  /** With or without {@linkplain #withWinograd() Winograd's algorithm}. */
  public CompileOptions withWinograd(boolean on) {
    return with(d -> d.winograd = on);
  }

  /** With dimensions that are rounded up, so that few programs serve many shapes. */
  public CompileOptions withBuckets(Bucket... some) {
    return with(d -> d.buckets = List.of(some));
  }

  private CompileOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** A copy that can be changed, so that each of the methods above names only what it changes. */
  private static final class Draft {
    private List<Pass> passes;
    private boolean packing;
    private int shapes;
    private int instances;
    private Map<String, Parameter> names;
    private List<Bucket> buckets;
    private boolean inPlace;
    private boolean mixedPrecision;
    private boolean chains;
    private boolean winograd;

    Draft(CompileOptions from) {
      passes = from.passes;
      packing = from.packing;
      shapes = from.shapes;
      instances = from.instances;
      names = from.names;
      buckets = from.buckets;
      inPlace = from.inPlace;
      mixedPrecision = from.mixedPrecision;
      chains = from.chains;
      winograd = from.winograd;
    }

    CompileOptions options() {
      return new CompileOptions(
          passes,
          packing,
          shapes,
          instances,
          names,
          buckets,
          inPlace,
          mixedPrecision,
          chains,
          winograd);
    }
  }

  /** The graph after all passes, for a backend. */
  Graph optimize(Graph graph, Backend backend) {
    Graph better = graph;
    for (Pass pass : passes) {
      better = pass.apply(better);
    }
    better = mixedPrecision ? new Autocast().apply(better) : better;
    return winograd ? new Winograd(backend::winogradPays).apply(better) : better;
  }
}
