package io.sojourn.node.archive;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;

/** An image whose files are here, for as long as somebody needs them. */
public final class Brought implements AutoCloseable {
  private final ImageDirectory image;
  private final boolean temporary;

  Brought(ImageDirectory image, boolean temporary) {
    this.image = image;
    this.temporary = temporary;
  }

  public ImageDirectory image() {
    return image;
  }

  @Override
  public void close() {
    if (temporary) Trees.delete(image.path());
  }
}
