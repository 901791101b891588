package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.ExecFrame;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Primitive;
import java.lang.foreign.MemorySegment;

/** Executes a oneDNN primitive; each step has an execution frame of its own. */
final class PrimitiveSteps implements Step.Factory {
  private final Primitive primitive;
  private final int[] args;
  private final MemoryDesc[] mds;

  PrimitiveSteps(Primitive primitive, int[] args, MemoryDesc[] mds) {
    this.primitive = primitive;
    this.args = args;
    this.mds = mds;
  }

  /** Another primitive with the same arguments but one. */
  PrimitiveSteps without(int operand, Primitive other) {
    int[] keys = new int[args.length - 1];
    MemoryDesc[] descs = new MemoryDesc[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = args[i < operand ? i : i + 1];
      descs[i] = mds[i < operand ? i : i + 1];
    }
    return new PrimitiveSteps(other, keys, descs);
  }

  Primitive primitive() {
    return primitive;
  }

  int arg(int i) {
    return args[i];
  }

  MemoryDesc md(int i) {
    return mds[i];
  }

  @Override
  public Step newStep() {
    return new FrameStep(primitive.newFrame(args, mds));
  }

  @Override
  public void close() {
    primitive.close();
  }

  private record FrameStep(ExecFrame frame) implements Step {
    @Override
    public void run(MemorySegment[] buffers) {
      for (int i = 0; i < buffers.length; i++) {
        frame.set(i, buffers[i]);
      }
      frame.execute();
    }

    @Override
    public void close() {
      frame.close();
    }
  }
}
