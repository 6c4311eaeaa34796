"""What people call the models."""

MODEL_NAMES = {
    "kling-2.6/text-to-video": "Kling 2.6, text to video",
    "kling-2.6/image-to-video": "Kling 2.6, image to video",
}
