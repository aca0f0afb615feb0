(() => {
  const all = (s, e = document) => [...e.querySelectorAll(s)];
  const tools = document.getElementById('tools');
  if (tools) {
    tools.classList.add('live');
    all('button', tools).forEach(b => b.addEventListener('click', () => {
      all('details').forEach(d => { d.open = b.value === 'open'; });
    }));
  }
  const reveal = () => {
    const e = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!e) return;
    for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
    e.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  reveal();
  all('.f').forEach(f => {
    const link = document.createElement('a');
    link.className = 'permalink';
    link.href = '#' + f.id;
    link.textContent = '#';
    link.setAttribute('aria-label', 'Address of this finding');
    f.querySelector('h4, h5').append(link);
  });
  document.addEventListener('click', event => {
    const link = event.target.closest('a.permalink');
    if (!link || !navigator.clipboard) return;
    navigator.clipboard.writeText(link.href).then(() => {
      document.getElementById('said').textContent = 'Address of this finding copied';
    }, () => {});
  });
})();
