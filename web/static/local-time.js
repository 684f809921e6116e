// Shows times in the reader's own time zone; without this they are read in UTC.
const styles = {
  day: { dateStyle: "long" },
  minute: { dateStyle: "long", timeStyle: "short" },
};

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

export function localise(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    const time = new Date(element.dateTime);
    const format = new Intl.DateTimeFormat(language, styles[element.dataset.local]);
    element.title = element.textContent;
    element.textContent = format.format(time);
  }
}

localise(document);
