package dev.balboa.nn.backend.onednn;

import java.lang.foreign.MemorySegment;

/**
 * One native call of a {@link Plan}. Made per frame, so it may hold state of a run; used by one run
 * at a time.
 */
interface Step extends AutoCloseable {
  /** Runs on the buffers of the step's operands, in their order. */
  void run(MemorySegment[] buffers);

  @Override
  default void close() {}

  /** Makes a step for each frame of a plan; closed with the plan. */
  interface Factory extends AutoCloseable {
    Step newStep();

    @Override
    default void close() {}

    /** A step without state, shared by all frames. */
    static Factory of(Step step) {
      return () -> step;
    }
  }
}
