package dev.balboa.nn.exec;

import java.lang.foreign.MemorySegment;

/**
 * A piece of Java between operations; see {@link BaseExecutor#host}. In a captured program it runs
 * at every replay, so it must not allocate if the replay is not to.
 */
@FunctionalInterface
public interface HostFunction {
  /**
   * Reads and writes dense row-major elements. Whatever it throws ends the run there.
   *
   * @param inputs each exactly as long as its tensor
   * @param outputs the same; contents undefined before
   */
  void run(MemorySegment[] inputs, MemorySegment[] outputs);
}
