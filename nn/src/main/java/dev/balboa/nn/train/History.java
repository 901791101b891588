package dev.balboa.nn.train;

import java.util.List;

/**
 * How training went, including the epochs before a resumption.
 *
 * @param epochs finished ones, in order
 * @param reason why it ended
 * @param bestEpoch with the best monitored value, from 0; -1 if none is finished
 */
public record History(List<EpochReport> epochs, StopReason reason, long bestEpoch) {
  /** Copies the list. */
  public History {
    epochs = List.copyOf(epochs);
  }
}
