// Before the first paint: the colours that were chosen, or those of the system.
const dark = matchMedia('(prefers-color-scheme: dark)');
function wearColours() {
  document.documentElement.dataset.theme = localStorage.getItem('theme') || (dark.matches ? 'dark' : 'light');
}
dark.addEventListener('change', wearColours);
wearColours();
