// Puts a button that copies beside what is shown once; without this it is marked by hand.
for (const code of document.querySelectorAll("code[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = code.dataset.copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = code.dataset.copied;
    } catch {
      // A browser that does not allow it leaves the text marked, ready to be copied by hand.
      getSelection().selectAllChildren(code);
    }
  });
  code.after(" ", button);
}
