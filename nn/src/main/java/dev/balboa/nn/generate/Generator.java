package dev.balboa.nn.generate;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Continues sequences token by token:
 *
 * <pre>{@code
 * Generation text =
 *     new Generator(model)
 *         .sampler(Sampler.random().temperature(0.8).topP(0.9))
 *         .maxTokens(200)
 *         .seed(42)
 *         .generate(prompt);
 * }</pre>
 *
 * <p>The same seed, model and prompt give the same tokens. A sequence that outgrows the model's
 * context goes on from the later half of what the model has read.
 *
 * <p>Thread rule: configured and used by one thread at a time; runs on the thread's {@link
 * Execution}, as in inference.
 */
public final class Generator {
  private final LanguageModel model;
  private Sampler sampler = Sampler.greedy();
  private int maxTokens = 100;
  private int[] endTokens = {};
  private long seed;
  private TokenListener listener = (_, _) -> true;

  /** A generator that always takes the most probable token, 100 times at most. */
  public Generator(LanguageModel model) {
    this.model = Objects.requireNonNull(model, "generator: model");
  }

  /** How tokens are chosen. */
  public Generator sampler(Sampler choice) {
    sampler = Objects.requireNonNull(choice, "generator: sampler");
    return this;
  }

  /** How many tokens to generate at most. */
  public Generator maxTokens(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("generator: expected maxTokens >= 1, got " + count);
    }
    maxTokens = count;
    return this;
  }

  /** Tokens that end a sequence. */
  public Generator endTokens(int... tokens) {
    endTokens = tokens.clone();
    return this;
  }

  /** The seed of random choices, 0 unless told. */
  public Generator seed(long value) {
    seed = value;
    return this;
  }

  /** Tells a listener of every token at once. */
  public Generator listener(TokenListener tokens) {
    listener = Objects.requireNonNull(tokens, "generator: listener");
    return this;
  }

  /** A continuation of the prompt, which has a token at least. */
  public Generation generate(int... prompt) {
    return generate(prompt, 1).getFirst();
  }

  /** Several continuations of the same prompt, which is read once. */
  public List<Generation> generate(int[] prompt, int sequences) {
    if (prompt.length == 0 || sequences < 1) {
      throw new IllegalArgumentException(
          "generator: expected a prompt of a token or more and sequences >= 1, got %d tokens and %d"
              .formatted(prompt.length, sequences));
    }
    try (var _ = Execution.inference();
        var _ = Execution.noGrad();
        Run run = new Run(prompt, sequences)) {
      return run.generate();
    }
  }

  /** The sequences of one call. Those that have ended leave the batch. */
  private final class Run implements AutoCloseable {
    private final RandomStream random = new RandomStream(seed);
    private final List<Sequence> all = new ArrayList<>();
    private final int capacity;
    private Decoding decoding;
    private int read;

    Run(int[] prompt, int sequences) {
      for (int i = 0; i < sequences; i++) {
        all.add(new Sequence(i, prompt));
      }
      capacity = (int) Math.min(model.context(), (long) prompt.length + maxTokens - 1);
    }

    List<Generation> generate() {
      List<Sequence> live = all;
      while (!live.isEmpty()) {
        try (var _ = Scope.open()) {
          float[] logits = next(live).toFloats();
          int vocabulary = logits.length / live.size();
          // One number for each sequence, also for those that have ended, so that what one draws
          // does not depend on the others.
          float[] u = Tensors.uniform(random, 0, 1, Shape.of(all.size())).toFloats();
          for (int i = 0; i < live.size(); i++) {
            Sequence s = live.get(i);
            float[] own = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
            int token = sampler.choose(own, u[s.number]);
            s.add(token, Logits.logProbability(own, token));
          }
          live = leaveEnded(live);
        }
      }
      return all.stream().map(Sequence::result).toList();
    }

    private List<Sequence> leaveEnded(List<Sequence> live) {
      int[] rows = new int[live.size()];
      List<Sequence> rest = new ArrayList<>();
      for (int i = 0; i < live.size(); i++) {
        if (live.get(i).reason == null) {
          rows[rest.size()] = i;
          rest.add(live.get(i));
        }
      }
      if (!rest.isEmpty() && rest.size() < live.size()) {
        decoding.reorder(Arrays.copyOf(rows, rest.size()));
      }
      return rest;
    }

    /** Logits [live, V] of the next tokens. */
    private Tensor next(List<Sequence> live) {
      if (decoding != null && read < capacity) {
        return read(live, 1);
      }
      boolean first = decoding == null;
      close();
      decoding = model.start(all.size(), capacity);
      read = 0;
      int length = live.getFirst().tokens.size();
      int kept = length <= capacity ? length : Math.max(1, capacity / 2);
      if (!first) {
        return read(live, Math.min(kept, Math.max(1, capacity / 2)));
      }
      Tensor logits = read(live.subList(0, 1), kept);
      if (live.size() == 1) {
        return logits;
      }
      int[] copies = new int[live.size()];
      decoding.reorder(copies);
      return logits.expand(copies.length, logits.shape().dim(1));
    }

    private Tensor read(List<Sequence> live, int last) {
      int[] tokens = new int[live.size() * last];
      for (int i = 0; i < live.size(); i++) {
        List<Integer> of = live.get(i).tokens;
        for (int t = 0; t < last; t++) {
          tokens[i * last + t] = of.get(of.size() - last + t);
        }
      }
      read += last;
      return decoding.read(Tensor.of(tokens, live.size(), last));
    }

    @Override
    public void close() {
      if (decoding != null) {
        decoding.close();
        decoding = null;
      }
    }
  }

  private final class Sequence {
    private final int number;
    private final int prompt;
    private final List<Integer> tokens = new ArrayList<>();
    private double logProbability;
    private Generation.Reason reason;

    Sequence(int number, int[] prompt) {
      this.number = number;
      this.prompt = prompt.length;
      Arrays.stream(prompt).forEach(tokens::add);
    }

    void add(int token, double log) {
      tokens.add(token);
      logProbability += log;
      boolean goesOn = listener.onToken(number, token);
      if (Arrays.stream(endTokens).anyMatch(end -> end == token)) {
        reason = Generation.Reason.END_TOKEN;
      } else if (!goesOn) {
        reason = Generation.Reason.STOPPED;
      } else if (tokens.size() - prompt == maxTokens) {
        reason = Generation.Reason.LENGTH;
      }
    }

    Generation result() {
      List<Integer> own = tokens.subList(prompt, tokens.size());
      return new Generation(own, logProbability, logProbability, reason);
    }
  }
}
