package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.BareMemory;
import dev.balboa.nn.backend.Bound;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An operation as a short list of native calls: reorders where layouts differ, primitives, kernels.
 * Each concurrent run has a frame of its own with the execution arguments; frames are made on
 * demand and reused.
 */
final class Plan implements Prepared {
  private static final VarHandle FIRST_IN_USE;

  static {
    try {
      FIRST_IN_USE = MethodHandles.lookup().findVarHandle(Plan.class, "firstInUse", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final List<Call> calls;
  private final List<Layout> outputLayouts;
  private final InputWishes wishes;
  private final long scratchBytes;
  private final String route;
  private final ConcurrentLinkedQueue<Frame> more = new ConcurrentLinkedQueue<>();

  /**
   * The frame of whoever found {@link #firstInUse} at 0: in a loop on one thread one atomic
   * operation a run.
   */
  private Frame first;

  @SuppressWarnings("unused") // through FIRST_IN_USE
  private int firstInUse;

  /** One step and where its buffers are. */
  record Call(Step.Factory factory, List<Operand> operands) {}

  /** The steps of one run at a time, with room for their buffers. */
  private static final class Frame {
    private final Step[] steps;
    private final MemorySegment[][] buffers;

    Frame(Step[] steps, MemorySegment[][] buffers) {
      this.steps = steps;
      this.buffers = buffers;
    }
  }

  Plan(
      List<Call> calls,
      List<Layout> outputLayouts,
      InputWishes wishes,
      long scratchBytes,
      String route) {
    this.calls = List.copyOf(calls);
    this.outputLayouts = List.copyOf(outputLayouts);
    this.wishes = wishes;
    this.scratchBytes = scratchBytes;
    this.route = route;
  }

  @Override
  public List<Layout> outputLayouts() {
    return outputLayouts;
  }

  @Override
  public List<Layout> preferredLayouts() {
    return wishes.preferredLayouts();
  }

  @Override
  public List<Layout> packedLayouts() {
    return wishes.packedLayouts();
  }

  @Override
  public boolean overwrites(int input) {
    return wishes.overwrites(input);
  }

  @Override
  public String route() {
    return route;
  }

  @Override
  public long scratchBytes() {
    return scratchBytes;
  }

  @Override
  public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    Frame frame = take();
    try {
      for (int i = 0; i < frame.steps.length; i++) {
        resolve(frame, i, inputs, outputs, scratch);
        frame.steps[i].run(frame.buffers[i]);
      }
    } finally {
      give(frame);
    }
  }

  @SuppressWarnings({"ReferenceEquality", "MemorySegmentReferenceEquality"}) // the same object
  private void resolve(
      Frame frame, int call, Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    List<Operand> operands = calls.get(call).operands();
    MemorySegment[] buffers = frame.buffers[call];
    for (int i = 0; i < buffers.length; i++) {
      Operand o = operands.get(i);
      MemorySegment memory =
          switch (o.place()) {
            case INPUT -> inputs[(int) o.index()].segment();
            case OUTPUT -> outputs[(int) o.index()].segment();
            case SCRATCH -> scratch.asSlice(o.index(), o.md().byteSize());
          };
      if (buffers[i] != memory) { // a reference from an old object costs the collector's barrier
        buffers[i] = memory;
      }
    }
  }

  @Override
  public Bound bind(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    Frame frame = newFrame();
    for (int i = 0; i < frame.steps.length; i++) {
      resolve(frame, i, inputs, outputs, scratch);
      MemorySegment[] buffers = frame.buffers[i];
      for (int j = 0; j < buffers.length; j++) {
        buffers[j] = BareMemory.of(buffers[j]);
      }
    }
    return new BoundFrame(calls, frame.steps, frame.buffers);
  }

  /**
   * A frame of its own whose buffers stay until one is moved. They are bare, so that the calls need
   * not hold the slabs of blocks that the program has acquired anyway; what is moved is not, as
   * that would be an object for each run.
   */
  private static final class BoundFrame implements Bound.Movable {
    private final List<Call> calls;
    private final Step[] steps;
    private final MemorySegment[][] buffers;

    BoundFrame(List<Call> calls, Step[] steps, MemorySegment[][] buffers) {
      this.calls = calls;
      this.steps = steps;
      this.buffers = buffers;
    }

    @Override
    public void moveInput(int index, MemorySegment memory) {
      move(Operand.Place.INPUT, index, memory);
    }

    @Override
    public void moveOutput(int index, MemorySegment memory) {
      move(Operand.Place.OUTPUT, index, memory);
    }

    private void move(Operand.Place place, int index, MemorySegment memory) {
      for (int i = 0; i < buffers.length; i++) {
        List<Operand> operands = calls.get(i).operands();
        for (int j = 0; j < buffers[i].length; j++) {
          if (operands.get(j).place() == place && operands.get(j).index() == index) {
            buffers[i][j] = memory;
          }
        }
      }
    }

    @Override
    public void run() {
      for (int i = 0; i < steps.length; i++) {
        steps[i].run(buffers[i]);
      }
    }

    @Override
    public void close() {
      for (Step step : steps) {
        step.close();
      }
    }
  }

  private Frame take() {
    if (FIRST_IN_USE.compareAndSet(this, 0, 1)) {
      Frame frame = first;
      return frame != null ? frame : makeFirst();
    }
    Frame frame = more.poll();
    return frame != null ? frame : newFrame();
  }

  private Frame makeFirst() {
    try {
      first = newFrame();
      return first;
    } finally {
      if (first == null) {
        FIRST_IN_USE.setRelease(this, 0);
      }
    }
  }

  private void give(Frame frame) {
    if (frame == first) {
      FIRST_IN_USE.setRelease(this, 0);
    } else {
      more.add(frame);
    }
  }

  private Frame newFrame() {
    Step[] steps = new Step[calls.size()];
    MemorySegment[][] buffers = new MemorySegment[steps.length][];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = calls.get(i).factory().newStep();
      buffers[i] = new MemorySegment[calls.get(i).operands().size()];
    }
    return new Frame(steps, buffers);
  }

  @Override
  public void close() {
    more.forEach(Plan::close);
    if (first != null) {
      close(first);
    }
    for (Call call : calls) {
      call.factory().close();
    }
  }

  private static void close(Frame frame) {
    for (Step step : frame.steps) {
      step.close();
    }
  }
}
