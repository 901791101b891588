package dev.balboa.nn.backend.onednn;

import java.lang.foreign.MemorySegment;

/**
 * Executes a primitive that adds an operand to its result. Where that operand and the result are
 * one memory, it is another primitive, which adds to what is there: it moves a third less memory,
 * and no primitive reads what it has written.
 *
 * @param apart reads the operand
 * @param inPlace has no such operand
 * @param added number of the operand
 * @param result number of the result
 */
record AddingSteps(PrimitiveSteps apart, PrimitiveSteps inPlace, int added, int result)
    implements Step.Factory {
  @Override
  public Step newStep() {
    return new EitherStep(apart.newStep(), inPlace.newStep(), added, result);
  }

  @Override
  public void close() {
    apart.close();
    inPlace.close();
  }

  private static final class EitherStep implements Step {
    private final Step apart;
    private final Step inPlace;
    private final int added;
    private final int result;
    private MemorySegment[] rest;

    EitherStep(Step apart, Step inPlace, int added, int result) {
      this.apart = apart;
      this.inPlace = inPlace;
      this.added = added;
      this.result = result;
    }

    @Override
    public void run(MemorySegment[] buffers) {
      if (buffers[added].address() != buffers[result].address()) {
        apart.run(buffers);
        return;
      }
      if (rest == null) {
        rest = new MemorySegment[buffers.length - 1];
      }
      System.arraycopy(buffers, 0, rest, 0, added);
      System.arraycopy(buffers, added + 1, rest, added, rest.length - added);
      inPlace.run(rest);
    }

    @Override
    public void close() {
      apart.close();
      inPlace.close();
    }
  }
}
