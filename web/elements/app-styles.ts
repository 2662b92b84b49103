import { css } from 'lit'

/** A side bar where there is room, a bar at the bottom (near the thumb) where there is not. */
export const frame = css`
  :host {
    display: grid;
    grid-template-columns: 13.5rem minmax(0, 1fr);
    min-height: 100dvh;
  }
  .skip {
    position: absolute;
    left: 1rem;
    top: -4rem;
    background: var(--card);
    padding: 0.6rem 1rem;
    z-index: 3;
  }
  .skip:focus {
    top: 1rem;
  }
  header {
    position: sticky;
    top: 0;
    height: 100dvh;
    padding: 1.4rem 1rem;
    border-right: 1px solid var(--line);
  }
  .brand {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    font-weight: 700;
    color: var(--accent);
    padding: 0 0.75rem 1.4rem;
  }
  nav ul {
    display: grid;
    gap: 0.2rem;
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 0.7rem;
    padding: 0.55rem 0.75rem;
    border-radius: 10px;
    color: var(--text);
    text-decoration: none;
    position: relative;
  }
  nav a:hover {
    background: var(--raised);
  }
  nav a[aria-current] {
    background: var(--accent-soft);
    color: var(--accent);
    font-weight: 650;
  }
  nav b {
    margin-left: auto;
    min-width: 1.5rem;
    padding: 0 0.4rem;
    border-radius: 99px;
    text-align: center;
    font-size: 0.85rem;
    background: var(--accent);
    color: var(--on-accent);
  }
  .column {
    width: 100%;
    max-width: 62rem;
    margin: 0 auto;
    padding: 1.6rem 2rem 4rem;
  }
  main:focus {
    outline: none;
  }
  .lost {
    display: flex;
    gap: 0.6rem;
    align-items: center;
    margin-bottom: 1.25rem;
    padding: 0.75rem 1rem;
    border-radius: var(--radius);
    background: var(--medium-soft);
    color: var(--medium);
    font-weight: 600;
  }
  .told {
    position: fixed;
    z-index: 2;
    bottom: 1.5rem;
    left: 50%;
    translate: -50% 0;
    width: max-content;
    max-width: min(34rem, calc(100vw - 2rem));
  }
  .told p {
    display: flex;
    gap: 0.6rem;
    padding: 0.8rem 1.1rem;
    border-radius: var(--radius);
    background: var(--card);
    border: 1px solid var(--line);
    box-shadow: 0 8px 30px rgb(0 0 0 / 18%);
  }
  .told .good .icon {
    color: var(--none);
  }
  .told .bad .icon {
    color: var(--high);
  }
  @media (max-width: 48rem) {
    :host {
      display: block;
    }
    header {
      position: fixed;
      inset: auto 0 0;
      top: auto;
      height: auto;
      z-index: 2;
      padding: 0.25rem 0.25rem calc(0.25rem + env(safe-area-inset-bottom));
      border: 0;
      border-top: 1px solid var(--line);
      background: var(--card);
    }
    .brand {
      display: none;
    }
    nav ul {
      grid-auto-flow: column;
      grid-auto-columns: minmax(0, 1fr);
      gap: 0;
    }
    nav a {
      flex-direction: column;
      gap: 0.1rem;
      padding: 0.4rem 0.1rem;
      font-size: 0.75rem;
    }
    nav b {
      position: absolute;
      top: 0.1rem;
      left: 52%;
      font-size: 0.7rem;
      min-width: 1.15rem;
      line-height: 1.15rem;
      padding: 0 0.25rem;
    }
    nav a[aria-current] {
      font-weight: 600;
    }
    .column {
      padding: 1.1rem 1rem 6.5rem;
    }
    .told {
      bottom: 5rem;
    }
  }
  @media (max-width: 27rem) {
    nav a {
      font-size: 0.69rem;
    }
  }
`
