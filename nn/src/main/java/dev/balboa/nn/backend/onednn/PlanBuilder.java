package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.Dnnl;
import dev.balboa.bindings.DnnlException;
import dev.balboa.bindings.KernelCall;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.Reorder;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects the steps of one operation, their scratch memory and the layouts of its outputs. */
final class PlanBuilder implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Op op;
  private final List<TensorSpec> inputs;
  private final List<Layout> layouts;
  private final List<TensorSpec> outputs;
  private final List<Plan.Call> calls = new ArrayList<>();
  private final Layout[] outputLayouts;
  private final InputWishes wishes;
  private final boolean oneThread;
  private String route = "";
  private long scratchBytes;
  private boolean built;

  PlanBuilder(Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    this(op, inputs, layouts, outputs, false);
  }

  /**
   * @param oneThread whether every call has to stay on the thread that makes it
   */
  PlanBuilder(
      Op op,
      List<TensorSpec> inputs,
      List<Layout> layouts,
      List<TensorSpec> outputs,
      boolean oneThread) {
    this.oneThread = oneThread;
    this.op = op;
    this.inputs = inputs;
    this.layouts = layouts;
    this.outputs = outputs;
    this.outputLayouts = new Layout[outputs.size()];
    this.wishes = new InputWishes(layouts);
  }

  TensorSpec spec(int input) {
    return inputs.get(input);
  }

  TensorSpec outputSpec(int output) {
    return outputs.get(output);
  }

  Layout layout(int input) {
    return layouts.get(input);
  }

  int inputs() {
    return inputs.size();
  }

  int outputs() {
    return outputs.size();
  }

  /** Attributes for a primitive that does the whole work of the operation. */
  PrimitiveAttr.Builder attr() {
    return PrimitiveAttr.builder().threads(oneThread ? 1 : Threads.of(op, inputs, outputs));
  }

  private PrimitiveAttr copyAttr(Operand from, Operand to) {
    long bytes = from.md().byteSize() + to.md().byteSize();
    return PrimitiveAttr.builder().threads(oneThread ? 1 : Threads.of(0, bytes)).build();
  }

  /** Notes who computes a product, and why. */
  GemmRoute chose(GemmPolicy.Choice choice) {
    route = choice.route() + " (" + choice.reason() + ")";
    return choice.route();
  }

  /** Notes who computes it where a rule said so. */
  void chose(String who) {
    route = who;
  }

  /** Whether an input lies densely in row-major order. */
  boolean isContiguous(int input) {
    return layouts.get(input) instanceof Layout.Strided s
        && s.isContiguous(inputs.get(input).shape().dims());
  }

  /** Whether an input is in a layout of oneDNN's own. */
  boolean isOpaque(int input) {
    return layouts.get(input) instanceof Layout.Opaque;
  }

  /**
   * Whether an input is in an order that a convolution chose, which element-wise operations keep:
   * oneDNN's own, or channels last.
   */
  boolean isOrdered(int input) {
    return isOpaque(input) || Mds.isChannelsLast(inputs.get(input), layouts.get(input));
  }

  /** The input specs and layouts for messages. */
  String describeInputs() {
    return inputs + " in " + layouts;
  }

  /** An input as it lies, for callers that go by its layout. */
  Operand raw(int i) {
    return new Operand(Operand.Place.INPUT, i, MemoryDesc.none());
  }

  /**
   * An input that {@link #plainLayout} describes: as it lies, or dense if it is in oneDNN's own
   * layout.
   */
  Operand plainInput(int i) {
    return isOpaque(i) ? denseInput(i) : raw(i);
  }

  /** The layout of {@link #plainInput}. */
  Layout.Strided plainLayout(int i) {
    return layouts.get(i) instanceof Layout.Strided s
        ? s
        : Layout.Strided.contiguous(inputs.get(i).shape().dims());
  }

  /**
   * An input for oneDNN: as it lies if that is without gaps, else a dense copy, since odd strides
   * have no fast kernel.
   */
  Operand input(int i) {
    TensorSpec spec = inputs.get(i);
    return switch (layouts.get(i)) {
      case Layout.Strided s ->
          Mds.isPermutedDense(spec, s)
              ? new Operand(Operand.Place.INPUT, i, Mds.of(spec, s))
              : denseInput(i);
      case DnnlLayout d -> new Operand(Operand.Place.INPUT, i, d.md());
      case Layout.Opaque o ->
          throw new IllegalArgumentException(
              op.name() + ": input " + i + " has no elements to read: " + o);
    };
  }

  /** An input in the given layout: as it lies, or reordered into scratch memory. */
  Operand input(int i, MemoryDesc wanted) {
    Operand from = input(i);
    if (from.place() == Operand.Place.INPUT && !Mds.same(from.md(), wanted)) {
      wishes.prefer(i, Mds.layout(inputs.get(i), wanted));
    }
    return reordered(from, wanted);
  }

  /** Weights in the given order: as they lie, or reordered into scratch memory. */
  Operand input(int i, PackedFilters wanted) {
    if (wanted.equals(layouts.get(i))) {
      return new Operand(Operand.Place.INPUT, i, wanted.md());
    }
    Operand dense = denseInput(i);
    wishes.prefer(i, wanted);
    return reordered(dense.at(dense.md().reshape(wanted.md().dims())), wanted.md());
  }

  /** What the operation says of its inputs. */
  InputWishes wishes() {
    return wishes;
  }

  /** The calls so far. */
  List<Plan.Call> calls() {
    return List.copyOf(calls);
  }

  /** The calls so far; whoever takes them over closes them. */
  List<Plan.Call> takeCalls() {
    built = true;
    return calls;
  }

  /** Bytes of scratch memory so far. */
  long scratchBytes() {
    return scratchBytes;
  }

  /** An input densely in row-major order. */
  Operand denseInput(int i) {
    TensorSpec spec = inputs.get(i);
    MemoryDesc dense = Mds.contiguous(spec);
    if (isContiguous(i)) {
      return new Operand(Operand.Place.INPUT, i, dense);
    }
    wishes.prefer(i, Layout.Strided.contiguous(spec.shape().dims()));
    if (isOpaque(i)) {
      return reordered(input(i), dense);
    }
    Operand copy = scratch(dense);
    int bytes = spec.dtype().bytes();
    StridedSpace space = Spaces.copy(spec.shape(), plainLayout(i));
    call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), raw(i), copy);
    return copy;
  }

  Operand reordered(Operand from, MemoryDesc wanted) {
    if (Mds.same(from.md(), wanted)) {
      return new Operand(from.place(), from.index(), wanted);
    }
    Operand to = scratch(wanted);
    reorder(from, to);
    return to;
  }

  void reorder(Operand from, Operand to) {
    if (!oneThread && Mds.isPicture(from.md()) && Mds.isPicture(to.md())) {
      int bytes = from.md().dataType().byteSize();
      StridedSpace.Operand[] places = {
        StridedSpace.Operand.of(0, from.md().strides()),
        StridedSpace.Operand.of(0, to.md().strides())
      };
      StridedSpace space = StridedSpace.of(from.md().dims(), places);
      call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), from, to);
      return;
    }
    primitive(
        () -> Reorder.create(from.md(), to.md(), copyAttr(from, to)),
        new int[] {Arg.FROM, Arg.TO},
        from,
        to);
  }

  /**
   * Brings gradients of weights out of their blocks. Where there are 1,024 channels or more,
   * oneDNN's reorder takes five times as long as the copying kernel; else a little longer.
   */
  void unblock(Operand from, Operand to) {
    Optional<StridedSpace> space =
        oneThread || from.md().dataType() != DataType.F32
            ? Optional.empty()
            : from.md().copyTo(to.md());
    if (space.isEmpty()) {
      reorder(from, to);
      return;
    }
    StridedSpace blocks = space.get();
    call(s -> Kernels.copyStrided(Float.BYTES, blocks, s[0], s[1]), from, to);
  }

  /** An output that keeps the layout of the primitive that computes it. */
  Operand output(int i, MemoryDesc md) {
    outputLayouts[i] = Mds.layout(outputs.get(i), md);
    return new Operand(Operand.Place.OUTPUT, i, md);
  }

  /** Weights as an output. */
  Operand output(int i, PackedFilters filters) {
    outputLayouts[i] = filters;
    return new Operand(Operand.Place.OUTPUT, i, filters.md());
  }

  /** A dense row-major output. */
  Operand denseOutput(int i) {
    return output(i, Mds.contiguous(outputs.get(i)));
  }

  /** A dense output full of zeros. */
  void zeros(int i) {
    long bytes = outputs.get(i).byteSize(); // its memory may go on with other values
    call(s -> s[0].asSlice(0, bytes).fill((byte) 0), denseOutput(i));
  }

  /** The extra output that only this backend reads. */
  Operand workspace(int i, WorkspaceLayout layout) {
    outputLayouts[i] = layout;
    return new Operand(Operand.Place.OUTPUT, i, layout.md());
  }

  /** Scratch memory for one value. */
  Operand scratch(MemoryDesc md) {
    Operand operand = new Operand(Operand.Place.SCRATCH, scratchBytes, md);
    scratchBytes = sum(scratchBytes, sum(md.byteSize(), ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    return operand;
  }

  /** Of bytes; the largest number, which no allocator gives, for what is larger. */
  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /** Makes a descriptor; oneDNN's refusal becomes an error that says what was asked of it. */
  PrimitiveDesc describe(Supplier<PrimitiveDesc> create) {
    try {
      return create.get();
    } catch (DnnlException e) {
      throw new UnsupportedOperationException(
          op.name()
              + ": the native backend cannot compute "
              + op
              + " on "
              + inputs
              + " in "
              + layouts
              + " with "
              + Dnnl.effectiveIsa()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  void primitive(Supplier<PrimitiveDesc> create, int[] args, Operand... operands) {
    try (PrimitiveDesc desc = describe(create)) {
      primitive(desc, args, operands);
    }
  }

  /**
   * Adds a primitive; {@code operands} are in the order of {@code args} and in the layouts it asks
   * for.
   */
  void primitive(PrimitiveDesc desc, int[] args, Operand... operands) {
    calls.add(execution(desc, args, operands));
  }

  /**
   * Adds a primitive that adds an input, operand {@code added}, to what it computes into operand
   * {@code result}; the result may take that input's place, for which there is another primitive
   * that adds to its destination.
   */
  void adding(
      PrimitiveDesc apart,
      PrimitiveDesc inPlace,
      int[] args,
      int added,
      int result,
      Operand... operands) {
    Plan.Call call = execution(apart, args, operands);
    long scratchpad = apart.scratchpadMd().byteSize();
    if (!Mds.same(apart.weightsMd(), inPlace.weightsMd())
        || inPlace.scratchpadMd().byteSize() != scratchpad) {
      calls.add(call);
      return;
    }
    PrimitiveSteps steps = (PrimitiveSteps) call.factory();
    PrimitiveSteps other = steps.without(added, inPlace.newPrimitive());
    calls.add(new Plan.Call(new AddingSteps(steps, other, added, result), call.operands()));
    if (operands[added].place() == Operand.Place.INPUT) {
      wishes.mayOverwrite((int) operands[added].index());
    }
  }

  private Plan.Call execution(PrimitiveDesc desc, int[] args, Operand... operands) {
    MemoryDesc scratchpad = desc.scratchpadMd();
    int n = operands.length;
    int extra = scratchpad.byteSize() > 0 ? 1 : 0;
    int[] allArgs = Arrays.copyOf(args, n + extra);
    Operand[] all = Arrays.copyOf(operands, n + extra);
    if (extra == 1) {
      allArgs[n] = Arg.SCRATCHPAD;
      all[n] = scratch(scratchpad);
    }
    MemoryDesc[] mds = Arrays.stream(all).map(Operand::md).toArray(MemoryDesc[]::new);
    return new Plan.Call(new PrimitiveSteps(desc.newPrimitive(), allArgs, mds), List.of(all));
  }

  /** Adds a call without state. */
  void call(Step step, Operand... operands) {
    calls.add(new Plan.Call(Step.Factory.of(step), List.of(operands)));
  }

  /** Adds a call that holds state of a run. */
  void call(Step.Factory factory, List<Operand> operands) {
    calls.add(new Plan.Call(factory, operands));
  }

  /** Adds a kernel that lists of calls can have, too. */
  void call(KernelCall call, Step step, Operand... operands) {
    calls.add(new Plan.Call(new KernelSteps(call, step), List.of(operands)));
  }

  /** Whether this is for slices, whose outputs stay in the layouts that primitives choose. */
  boolean isOfSlices() {
    return oneThread;
  }

  /** The layouts of the outputs, once they are decided. */
  List<Layout> outputLayouts() {
    return Arrays.asList(outputLayouts);
  }

  /** The descriptor of an output's memory, once it is decided. */
  MemoryDesc outputMd(int i) {
    return outputLayouts[i] instanceof DnnlLayout d
        ? d.md()
        : Mds.of(outputs.get(i), (Layout.Strided) outputLayouts[i]);
  }

  /** Output {@code i} in the layout that it has in another plan for the same operation. */
  Operand sameOutput(int i, PlanBuilder other) {
    outputLayouts[i] = other.outputLayouts[i];
    return new Operand(Operand.Place.OUTPUT, i, MemoryDesc.none());
  }

  /**
   * Takes over the calls of another plan, which are to read inputs and write outputs elsewhere.
   *
   * @param inputs for each input where it is, or {@code null} for where it was
   * @param results for each output where it goes
   */
  void adopt(PlanBuilder other, List<Operand> inputs, Operand[] results) {
    long base = scratchBytes;
    scratchBytes = sum(scratchBytes, other.scratchBytes);
    route = other.route;
    for (Plan.Call call : other.calls) {
      List<Operand> operands = new ArrayList<>();
      for (Operand o : call.operands()) {
        Operand at =
            switch (o.place()) {
              case INPUT -> inputs.get((int) o.index()) == null ? o : inputs.get((int) o.index());
              case OUTPUT -> results[(int) o.index()];
              case SCRATCH -> new Operand(Operand.Place.SCRATCH, base + o.index(), o.md());
            };
        operands.add(at.place() == Operand.Place.SCRATCH ? at : o.at(at));
      }
      calls.add(new Plan.Call(call.factory(), operands));
    }
    other.built = true;
  }

  Plan build() {
    built = true;
    return new Plan(calls, Arrays.asList(outputLayouts), wishes, scratchBytes, route);
  }

  /** Frees what was made if nothing came of it. */
  @Override
  public void close() {
    if (!built) {
      calls.forEach(call -> call.factory().close());
    }
  }
}
