package io.sojourn.checkpointer;

import io.sojourn.engine.image.ImageDirectory;

/**
 * @param image what was made
 * @param pauseMillis how long the task stood still; for a freeze until its memory was in the image
 */
public record CheckpointResult(ImageDirectory image, double pauseMillis) {}
