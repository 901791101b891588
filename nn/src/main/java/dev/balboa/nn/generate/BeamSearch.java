package dev.balboa.nn.generate;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Looks for the most probable continuations: keeps the {@code beams} best unfinished sequences of
 * each length. Sequences are ranked by log P / n^alpha, n being the number of generated tokens and
 * alpha the length penalty: 0 ranks by probability, 1 by probability per token, more favours long
 * sequences.
 *
 * <p>The search ends when no unfinished sequence can become better than the {@code nBest} finished
 * ones. With as many beams as there are sequences it is exhaustive.
 *
 * <p>Thread rule: as {@link Generator}.
 */
public final class BeamSearch {
  private final LanguageModel model;
  private int beams = 4;
  private int nBest = 1;
  private double lengthPenalty = 1;
  private int maxTokens = 100;
  private int[] endTokens = {};

  /** A search with four beams, length penalty 1, for the best sequence of 100 tokens at most. */
  public BeamSearch(LanguageModel model) {
    this.model = Objects.requireNonNull(model, "beam search: model");
  }

  /** How many sequences of a length are kept. */
  public BeamSearch beams(int count) {
    beams = positive("beams", count);
    return this;
  }

  /** How many sequences are wanted, at most as many as {@link #beams}. */
  public BeamSearch nBest(int count) {
    nBest = positive("nBest", count);
    return this;
  }

  /** The exponent alpha, finite and not negative. */
  public BeamSearch lengthPenalty(double alpha) {
    if (!(alpha >= 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException(
          "beam search: expected a finite length penalty >= 0, got " + alpha);
    }
    lengthPenalty = alpha;
    return this;
  }

  /** How many tokens to generate at most. */
  public BeamSearch maxTokens(int count) {
    maxTokens = positive("maxTokens", count);
    return this;
  }

  /** Tokens that end a sequence. */
  public BeamSearch endTokens(int... tokens) {
    endTokens = tokens.clone();
    return this;
  }

  private static int positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("beam search: expected " + what + " >= 1, got " + value);
    }
    return value;
  }

  /** A sequence: a token after another sequence, {@code null} at the start. */
  private record Beam(Beam before, int token, int length, double logProbability, int row) {
    List<Integer> tokens() {
      List<Integer> all = new ArrayList<>();
      for (Beam b = this; b.before != null; b = b.before) {
        all.add(b.token);
      }
      return all.reversed();
    }
  }

  /**
   * The best continuations of a prompt, the best first; fewer than asked for if there are not more.
   *
   * @throws IllegalArgumentException if prompt and tokens are longer than the model's context
   */
  public List<Generation> search(int... prompt) {
    long capacity = (long) prompt.length + maxTokens - 1;
    if (prompt.length == 0 || capacity > model.context() || nBest > beams) {
      throw new IllegalArgumentException(
          "beam search: expected a prompt that fits the context %d with %d tokens more, and nBest <="
                  .formatted(model.context(), maxTokens)
              + " beams, got %d tokens, nBest %d and %d beams"
                  .formatted(prompt.length, nBest, beams));
    }
    try (var _ = Execution.inference();
        var _ = Execution.noGrad();
        Decoding decoding = model.start(beams, (int) capacity)) {
      return new Search(decoding).run(prompt);
    }
  }

  private double score(double logProbability, int length) {
    return logProbability / Math.pow(length, lengthPenalty);
  }

  private final class Search {
    private final Decoding decoding;
    private final List<Generation> finished = new ArrayList<>();

    Search(Decoding decoding) {
      this.decoding = decoding;
    }

    List<Generation> run(int[] prompt) {
      List<Beam> live = List.of(new Beam(null, -1, 0, 0, 0));
      int[] tokens = prompt;
      while (true) {
        List<Beam> candidates;
        try (var _ = Scope.open()) {
          Tensor in = Tensor.of(tokens, live.size(), tokens.length / live.size());
          candidates = candidates(live, decoding.read(in).toFloats());
        }
        live = sorted(candidates);
        if (live.isEmpty() || isDecided(live)) {
          return best();
        }
        decoding.reorder(live.stream().mapToInt(Beam::row).toArray());
        tokens = live.stream().mapToInt(Beam::token).toArray();
      }
    }

    /** The best continuations by one token, twice as many as there are beams at most. */
    private List<Beam> candidates(List<Beam> live, float[] logits) {
      int vocabulary = logits.length / live.size();
      List<Beam> all = new ArrayList<>();
      for (int row = 0; row < live.size(); row++) {
        Beam beam = live.get(row);
        float[] own = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
        double[] log = Logits.logSoftmax(own);
        double[] p = Arrays.stream(log).map(Math::exp).toArray();
        int[] order = Logits.descending(p, 0);
        int ends = 0;
        // Every end token counts besides the beams, which go on with others.
        for (int i = 0; i < order.length && i < beams + ends; i++) {
          int token = order[i];
          ends += isEnd(token) ? 1 : 0;
          if (log[token] > Double.NEGATIVE_INFINITY) {
            double sum = beam.logProbability + log[token];
            all.add(new Beam(beam, token, beam.length + 1, sum, row));
          }
        }
      }
      return all;
    }

    private boolean isEnd(int token) {
      return Arrays.stream(endTokens).anyMatch(end -> end == token);
    }

    /** Takes the finished ones out, and the best of the others. */
    private List<Beam> sorted(List<Beam> candidates) {
      candidates.sort(Comparator.comparingDouble(Beam::logProbability).reversed());
      List<Beam> live = new ArrayList<>();
      for (Beam beam : candidates) {
        boolean end = isEnd(beam.token);
        if (end || beam.length == maxTokens) {
          finish(beam, end ? Generation.Reason.END_TOKEN : Generation.Reason.LENGTH);
        } else if (live.size() < beams) {
          live.add(beam);
        }
      }
      return live;
    }

    private void finish(Beam beam, Generation.Reason reason) {
      double score = score(beam.logProbability, beam.length);
      if (finished.size() < nBest || score > finished.getLast().score()) {
        finished.add(new Generation(beam.tokens(), beam.logProbability, score, reason));
        finished.sort(Comparator.comparingDouble(Generation::score).reversed());
        if (finished.size() > nBest) {
          finished.removeLast();
        }
      }
    }

    /** Whether the best that the best unfinished sequence can become is not good enough. */
    private boolean isDecided(List<Beam> live) {
      double reachable = score(live.getFirst().logProbability, maxTokens);
      return finished.size() == nBest && reachable <= finished.getLast().score();
    }

    private List<Generation> best() {
      return List.copyOf(finished);
    }
  }
}
