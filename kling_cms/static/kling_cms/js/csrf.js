// The CSRF token for requests made by scripts: the form's own field, else the header htmx sends.
export function csrfToken(form) {
  const field = (form ?? document).querySelector("input[name=csrfmiddlewaretoken]");
  if (field) return field.value;
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
}
