package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.CallLists;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.KernelCall;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The calls of a {@link SlicedChain}, a list for each thread, and where its values lie: those that
 * go out in the outputs, slice after slice, all others in a piece of scratch memory of the thread.
 * A sum has two places there, for what the slices so far make and for what the next one adds.
 */
final class SliceLists {
  private static final long ALIGNMENT = 64;

  private final Chain chain;
  private final List<PlanBuilder> stages;
  private final long[] bytes;
  private final long slices;
  private final int lists;

  /** For each value its place in a thread's scratch memory; that of the next slice of a sum. */
  private final long[] offsets;

  /** For each sum its place in a thread's scratch memory. */
  private final long[] sums;

  /** Scratch memory of single stages comes last. */
  private final long stageScratch;

  /** Bytes of a thread's scratch memory. */
  private final long own;

  /**
   * Places for all values.
   *
   * @param bytes what a slice of each value takes, for sums the whole, 0 for what slices share
   */
  SliceLists(Chain chain, List<PlanBuilder> stages, long[] bytes, long slices) {
    this.chain = chain;
    this.stages = stages;
    this.bytes = bytes;
    this.slices = slices;
    this.lists = (int) Math.min(NativeThreads.count(), slices);
    this.offsets = new long[bytes.length];
    this.sums = new long[bytes.length];
    long at = 0;
    for (int v = chain.inputs().size(); v < bytes.length; v++) {
      boolean out = chain.results().contains(v) && !isSum(v);
      offsets[v] = at;
      at += out ? 0 : aligned(bytes[v]);
      sums[v] = at;
      at += isSum(v) ? aligned(bytes[v]) : 0;
    }
    stageScratch = at;
    own = at + aligned(stages.stream().mapToLong(PlanBuilder::scratchBytes).max().orElse(0));
  }

  /** The stage that makes a value. */
  private int stageOf(int value) {
    int stage = 0;
    while (value >= chain.firstOutput(stage) + chain.links().get(stage).outputs().size()) {
      stage++;
    }
    return stage;
  }

  private boolean isSum(int value) {
    return Chain.sums(chain.links().get(stageOf(value)).op());
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The plan; {@code whole} says how the values lie outside. */
  Plan assemble(List<Layout> whole) {
    List<TensorSpec> inputs = chain.inputs();
    List<TensorSpec> specs = chain.values();
    List<TensorSpec> outputs = chain.results().stream().map(specs::get).toList();
    List<Layout> layouts = whole.subList(0, inputs.size());
    try (PlanBuilder b = new PlanBuilder(chain.links().getFirst().op(), inputs, layouts, outputs)) {
      for (int s = 0; s < stages.size(); s++) {
        wish(b, chain.links().get(s), stages.get(s));
      }
      List<Operand> operands = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        operands.add(b.raw(i));
      }
      for (int r = 0; r < outputs.size(); r++) {
        int value = chain.results().get(r);
        operands.add(isSum(value) ? b.denseOutput(r) : output(b, r, whole.get(value)));
      }
      Operand scratch = b.scratch(MemoryDesc.contiguous(DataType.U8, lists * own));
      operands.add(scratch);
      List<List<CallLists.Call>> calls = IntStream.range(0, lists).mapToObj(this::calls).toList();
      List<Plan.Call> taken = new ArrayList<>();
      stages.forEach(stage -> taken.addAll(stage.takeCalls()));
      b.call(new Lists(calls, operands.size(), taken), operands);
      for (int r = 0; r < outputs.size(); r++) {
        if (isSum(chain.results().get(r))) {
          addUp(b, chain.results().get(r), scratch.index(), operands.get(inputs.size() + r));
        }
      }
      return b.build();
    }
  }

  private static Operand output(PlanBuilder b, int r, Layout layout) {
    return switch (layout) {
      case WorkspaceLayout w -> b.workspace(r, w);
      case DnnlLayout d -> b.output(r, d.md());
      case Layout.Strided s -> b.output(r, Mds.of(b.outputSpec(r), s));
      case Layout.Opaque o -> throw new IllegalArgumentException("chain: no layout of ours: " + o);
    };
  }

  /** Passes on in which layouts a stage would like what all slices share. */
  private static void wish(PlanBuilder b, Chain.Link link, PlanBuilder stage) {
    for (int i = 0; i < link.inputs().size(); i++) {
      boolean shared = !Chain.isEntry(link.op(), i, link.inputs().size());
      if (shared && !stage.wishes().preferred(i).equals(stage.layout(i))) {
        b.wishes().prefer(link.inputs().get(i), stage.wishes().preferred(i));
      }
    }
  }

  /** The sum of the threads' sums, in their order, in row-major order. */
  private void addUp(PlanBuilder b, int value, long scratch, Operand out) {
    int stage = stageOf(value);
    MemoryDesc md = stages.get(stage).outputMd(value - chain.firstOutput(stage));
    long n = md.byteSize() / Float.BYTES;
    Operand first = new Operand(Operand.Place.SCRATCH, scratch + sums[value], md);
    StridedSpace.Operand dense = StridedSpace.Operand.of(0, 1);
    StridedSpace space = StridedSpace.of(new long[] {n}, dense, dense);
    for (int list = 1; list < lists; list++) {
      Operand next = new Operand(Operand.Place.SCRATCH, first.index() + list * own, md);
      b.call(
          s ->
              Kernels.binary(KernelKinds.Type.F32, KernelKinds.Binary.ADD, space, s[0], s[1], s[0]),
          first,
          next);
    }
    b.reorder(first, out);
  }

  /** The calls of one thread: its share of the slices through all stages. */
  private List<CallLists.Call> calls(int list) {
    List<CallLists.Call> calls = new ArrayList<>();
    long first = slices * list / lists;
    for (long k = first; k < slices * (list + 1) / lists; k++) {
      Slice slice = new Slice(k, list * own, k == first);
      for (int s = 0; s < stages.size(); s++) {
        for (Plan.Call call : stages.get(s).calls()) {
          calls.add(call(call, s, slice));
        }
        if (!slice.first() && Chain.sums(chain.links().get(s).op())) {
          calls.addAll(additions(s, slice));
        }
      }
    }
    return calls;
  }

  /**
   * One slice.
   *
   * @param number among all slices
   * @param base of its thread's scratch memory
   * @param first whether it is the first of its thread
   */
  private record Slice(long number, long base, boolean first) {}

  /** Adds what a slice has made to the sums. */
  private List<CallLists.Call> additions(int stage, Slice slice) {
    List<CallLists.Call> calls = new ArrayList<>();
    for (int i = 0; i < chain.links().get(stage).outputs().size(); i++) {
      int v = chain.firstOutput(stage) + i;
      CallLists.Place next = new CallLists.Place(scratchBuffer(), slice.base() + offsets[v]);
      CallLists.Place sum = new CallLists.Place(scratchBuffer(), slice.base() + sums[v]);
      KernelCall add = KernelCall.add(bytes[v] / Float.BYTES);
      calls.add(new CallLists.Kernel(add, List.of(next, sum)));
    }
    return calls;
  }

  private int scratchBuffer() {
    return chain.inputs().size() + chain.results().size();
  }

  private CallLists.Call call(Plan.Call call, int s, Slice slice) {
    List<CallLists.Place> places =
        call.operands().stream().map(operand -> place(operand, s, slice)).toList();
    if (call.factory() instanceof KernelSteps(KernelCall kernel, var _)) {
      return new CallLists.Kernel(kernel, places);
    }
    PrimitiveSteps steps = (PrimitiveSteps) call.factory();
    List<CallLists.Argument> arguments = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      CallLists.Place place = places.get(i);
      arguments.add(
          new CallLists.Argument(steps.arg(i), steps.md(i), place.buffer(), place.offset()));
    }
    return new CallLists.Execution(steps.primitive(), arguments);
  }

  /** Where an operand of a stage lies for a slice. */
  private CallLists.Place place(Operand operand, int s, Slice slice) {
    int index = (int) operand.index();
    return switch (operand.place()) {
      case INPUT -> place(chain.links().get(s).inputs().get(index), slice);
      case OUTPUT -> place(chain.firstOutput(s) + index, slice);
      case SCRATCH ->
          new CallLists.Place(scratchBuffer(), slice.base() + stageScratch + operand.index());
    };
  }

  private CallLists.Place place(int value, Slice slice) {
    int inputs = chain.inputs().size();
    if (value < inputs) {
      return new CallLists.Place(value, slice.number() * bytes[value]);
    }
    if (isSum(value)) {
      long offset = slice.first() ? sums[value] : offsets[value];
      return new CallLists.Place(scratchBuffer(), slice.base() + offset);
    }
    int result = chain.results().indexOf(value);
    return result < 0
        ? new CallLists.Place(scratchBuffer(), slice.base() + offsets[value])
        : new CallLists.Place(inputs + result, slice.number() * bytes[value]);
  }

  /** Makes the lists for each frame; owns the primitives. */
  private record Lists(List<List<CallLists.Call>> calls, int buffers, List<Plan.Call> taken)
      implements Step.Factory {
    @Override
    public Step newStep() {
      return new ListStep(CallLists.create(calls, buffers));
    }

    @Override
    public void close() {
      taken.forEach(call -> call.factory().close());
    }
  }

  private record ListStep(CallLists lists) implements Step {
    @Override
    public void run(MemorySegment[] buffers) {
      for (int i = 0; i < buffers.length; i++) {
        lists.set(i, buffers[i]);
      }
      lists.execute();
    }

    @Override
    public void close() {
      lists.close();
    }
  }
}
