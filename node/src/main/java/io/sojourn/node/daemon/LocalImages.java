package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.node.archive.Shelf;
import java.util.List;

/** The files of images on this node. Those of a task's newest stay: a restore wants them soon. */
record LocalImages(ImageCatalog catalog, ImageCalls calls) implements Shelf {
  @Override
  public List<ImageDirectory> images() {
    return catalog.here();
  }

  @Override
  public boolean wanted(ImageDirectory image) {
    return catalog.isNewest(image);
  }

  @Override
  public void drop(ImageDirectory image) {
    calls.drop(image);
  }
}
