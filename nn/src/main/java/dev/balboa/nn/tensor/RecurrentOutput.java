package dev.balboa.nn.tensor;

/**
 * What a recurrent layer gives.
 *
 * @param y the hidden states of all steps
 * @param state the states at each sequence's own end
 */
public record RecurrentOutput(Tensor y, RecurrentState state) {}
