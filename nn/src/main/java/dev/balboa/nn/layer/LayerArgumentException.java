package dev.balboa.nn.layer;

/** An argument that a layer refused, with the layer's path in the message. */
final class LayerArgumentException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  LayerArgumentException(String message, Throwable cause) {
    super(message, cause);
  }
}
