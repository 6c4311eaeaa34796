// A passkey that was cancelled or isn't known: allauth reports it as an event; the person reads a sentence.
import { toast } from "./toast.js";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  toast("The passkey was not used. Try again, or use your password.", "error");
});
